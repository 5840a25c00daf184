import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Redis } from 'ioredis'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { answerWith } from '../../../testing/receiver.ts'
import type { Fact } from '../../domain/fact.ts'
import { createStore } from '../../store/index.ts'
import { createWebhookDirectory, sweepWebhooks, tellFacts, tryDelivery } from '../callbacks/index.ts'
import { deleteNotice, putNotice, testNotice } from './index.ts'

let rig: CallbacksRig
let sequence = 0

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const DAY = 86_400_000
const depsWith = (redis: Redis) => {
  const store = createStore(redis)
  return { ...rig.deps, store, directory: createWebhookDirectory({ store, clock: rig.clock }) }
}
type Deps = ReturnType<typeof depsWith>

const make = (deps: Deps, types = ['roster.blocked']) =>
  putNotice(deps, { id: 'ops', kind: 'slack', target: rig.receiver.url, types, rosters: null })
const renew = async (deps: Deps) => {
  // It may be through already.
  await deleteNotice(deps, 'ops').catch(() => {})
  rig.clock.advance(1)
  await make(deps)
}
const tell = async (type: 'roster.blocked' | 'roster.recovered') => {
  const fact: Fact = { type, roster: 'gold', sequence: ++sequence, problem: null, at: rig.clock.now() }
  await rig.deps.store.lane('acme').facts.add([fact])
  await tellFacts(depsWith(rig.redis), 'acme')
}
const tryAll = async (deps: Deps) => {
  const { claims } = await deps.store.deliveryLine.claim('notice:ops', { now: rig.clock.now(), max: 100 })
  for (const claim of claims) await tryDelivery(deps, claim)
}
/** A minute and a worker's death later, until nothing is to be said. */
const rest = async () => {
  for (let round = 0; round < 4; round++) {
    rig.clock.advance(61_000)
    await tryAll(rig.deps)
  }
}
const texts = () => rig.receiver.received.map(({ text }) => (/is blocked|goes on again/.exec(text) ?? [text])[0])

it('what was told is known, whichever write the worker that told it died before: at most the message under way comes twice', async () => {
  for (let at = 0; ; at++) {
    await make(rig.deps)
    await tell('roster.blocked')
    const died = await diesAt(rig.redis, at, ({ redis }) => tryAll(depsWith(redis)))
    await rest()
    await tell('roster.recovered')
    await rest()
    const told = texts()
    expect({ at, told: [...new Set(told)] }).toEqual({ at, told: ['is blocked', 'goes on again'] })
    expect(told.filter((text) => text === 'is blocked').length).toBeLessThanOrEqual(2)
    expect(told.filter((text) => text === 'goes on again')).toHaveLength(1)
    rig.receiver.received.length = 0
    await deleteNotice(rig.deps, 'ops')
    if (!died) break
  }
})

it('a notice that nobody took for days goes on, whichever write the worker died before that noted it', async () => {
  for (let at = 0; ; at++) {
    await make(rig.deps)
    await tell('roster.blocked')
    rig.receiver.answer = answerWith(500)
    await tryAll(rig.deps)
    rig.clock.advance(6 * DAY)
    const died = await diesAt(rig.redis, at, ({ redis }) => tryAll(depsWith(redis)))
    await sweepWebhooks(rig.deps)
    rig.receiver.answer = answerWith(200)
    rig.receiver.received.length = 0
    await tell('roster.blocked')
    await rest()
    expect({ at, told: texts() }).toEqual({ at, told: ['is blocked'] })
    await deleteNotice(rig.deps, 'ops')
    if (!died) break
  }
})

it.each([
  ['a message', tryAll],
  ['a test', (deps: Deps) => testNotice(deps, 'ops')],
  ['what is put on its way', (deps: Deps) => tellFacts(deps, 'acme')],
])(
  '%s that comes late leaves nothing of a deleted notice, and nothing in one that was made anew',
  async (_what, late) => {
    for (let at = 0; ; at++) {
      for (const rival of [deleteNotice, renew]) {
        await make(rig.deps)
        await tell('roster.blocked')
        const lagged = await lagsAt(
          rig.redis,
          at,
          ({ redis }) => late(depsWith(redis)),
          ({ redis }) => rival(depsWith(redis), 'ops'),
        )
        if (!lagged) return
        await tryAll(rig.deps)
        if (rival === deleteNotice) {
          expect({ at, kept: await rig.redis.keys('*notice:ops*') }).toEqual({ at, kept: [] })
          continue
        }
        rig.receiver.received.length = 0
        await tell('roster.blocked')
        await rest()
        expect({ at, told: texts() }).toEqual({ at, told: ['is blocked'] })
        rig.receiver.received.length = 0
        await deleteNotice(rig.deps, 'ops')
      }
    }
  },
)

it('a notice that is made anew stays, where a deletion comes late', async () => {
  for (let at = 0; ; at++) {
    await make(rig.deps)
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => deleteNotice(depsWith(redis), 'ops'),
      async ({ redis }) => {
        await renew(depsWith(redis))
        await tell('roster.blocked')
      },
    )
    if (!lagged) break
    await rest()
    expect({ at, told: texts() }).toEqual({ at, told: ['is blocked'] })
    rig.receiver.received.length = 0
    await deleteNotice(rig.deps, 'ops')
  }
})
