import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { signStripe } from '../../../testing/sign-source.ts'
import { createSealer } from '../../secrets/index.ts'
import { createStore, type Store } from '../../store/index.ts'
import { deleteSource, putSource, type SourceDeps } from './put-source.ts'
import { receivePayload, type ReceiveDeps } from './receive-payload.ts'

const SECRET = 'whsec_of_the_sender'
const payload = (name: string) => readFileSync(new URL(`../../sources/stripe/payloads/${name}.json`, import.meta.url))
const BODY = payload('customer.subscription.created')

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const parseJson = async (body: Buffer): Promise<unknown> => JSON.parse(body.toString())
const sealer = createSealer({ current: Buffer.alloc(32, 7) })
const depsWith = (store: Store) =>
  ({
    ...rig.deps,
    store,
    sealer,
    publicUrl: 'https://flightroster.example.com',
    admit: () => {},
    parseJson,
  }) as unknown as ReceiveDeps & SourceDeps

const make = (store: Store, roster = 'gold') =>
  putSource(depsWith(store), {
    id: 'shop',
    kind: 'stripe',
    secret: SECRET,
    rosters: { '*': roster },
    signature: null,
    map: null,
    within: null,
  })

const receive = (store: Store, body = BODY) =>
  receivePayload(depsWith(store), 'shop', { headers: signStripe(SECRET, body, Date.now()), body })

/** What is kept of the source's people, and what arrived. */
const traces = async () => (await rig.redis.keys('*{src:shop}*')).filter((key) => !key.includes(':seen:'))

const forgetSeen = async () => void (await rig.redis.del(...(await rig.redis.keys('*{src:shop}:seen:*')), 'none'))

it('a deletion of a source leaves nothing, whichever write its process died before', async () => {
  for (let at = 0; ; at++) {
    await make(rig.store)
    await receive(rig.store)
    await forgetSeen()
    expect(await traces()).not.toEqual([])
    const died = await diesAt(rig.redis, at, ({ redis }) => deleteSource({ store: createStore(redis) }, 'shop'))
    if (await rig.store.sources.find('shop')) await deleteSource(rig.deps, 'shop')
    expect({ at, traces: await traces() }).toEqual({ at, traces: [] })
    if (!died) break
  }
})

it('a payload that comes late to the deletion of its source keeps nobody, whichever write it stood before', async () => {
  for (let at = 0; ; at++) {
    await make(rig.store)
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => receive(createStore(redis)),
      ({ redis }) => deleteSource({ store: createStore(redis) }, 'shop'),
    )
    await forgetSeen()
    expect({ at, traces: await traces() }).toEqual({ at, traces: [] })
    if (!lagged) break
  }
})

it('a source that is made anew knows nobody of its former', async () => {
  await make(rig.store)
  await receive(rig.store)
  // As a process of an earlier version left it, which died.
  await rig.store.sources.delete('shop')
  await make(rig.store)
  expect(await traces()).toEqual(['fr:{src:shop}:born'])
})

it('a payload with a wrong signature that comes late to the deletion of its source leaves nothing', async () => {
  for (let at = 0; ; at++) {
    await make(rig.store)
    const wrong = { headers: signStripe('another', BODY, Date.now()), body: BODY }
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => receivePayload(depsWith(createStore(redis)), 'shop', wrong),
      ({ redis }) => deleteSource({ store: createStore(redis) }, 'shop'),
    )
    if (!lagged) break
    expect({ at, traces: await traces() }).toEqual({ at, traces: [] })
  }
})

it('a source that was made anew keeps what it was told, where another deletion, or another request that makes it, comes late', async () => {
  for (const late of ['delete', 'make']) {
    for (let at = 0; ; at++) {
      if (late === 'delete') await make(rig.store)
      await forgetSeen()
      const lagged = await lagsAt(
        rig.redis,
        at,
        async ({ redis }) => {
          const store = createStore(redis)
          await (late === 'delete' ? deleteSource({ store }, 'shop') : make(store))
        },
        async ({ redis }) => {
          const store = createStore(redis)
          await deleteSource({ store }, 'shop').catch(() => {})
          await make(store)
          await receive(store)
        },
      )
      if (!lagged) break
      expect({ late, at, there: (await rig.store.sources.find('shop')) !== undefined }).toEqual({
        late,
        at,
        there: true,
      })
      expect({ late, at, people: await rig.redis.hlen('fr:{src:shop}:people') }).toEqual({ late, at, people: 1 })
      await deleteSource(rig.deps, 'shop')
    }
  }
})

it.each([
  ['customer.subscription.updated', 'customer.created'],
  ['customer.created', 'customer.subscription.updated'],
  ['customer.subscription.updated', 'checkout.session.completed'],
])(
  'a person whose address and membership come by two payloads (%s, then %s) is in, whichever write a process died before',
  async (...names) => {
    for (const dying of names) {
      for (let at = 0; ; at++) {
        const roster = await rig.addRoster({ id: `${dying}-${at}` })
        await make(rig.store, roster.id)
        let died = false
        for (const name of names) {
          if (name === dying)
            died = await diesAt(rig.redis, at, ({ redis }) => receive(createStore(redis), payload(name)))
          // The sender repeats what was not answered.
          if (name !== dying || died) await receive(rig.store, payload(name))
        }
        await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toHaveLength(1), 10_000)
        await deleteSource(rig.deps, 'shop')
        await forgetSeen()
        if (!died) break
      }
    }
  },
)
