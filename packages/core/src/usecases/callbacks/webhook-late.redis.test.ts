import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Redis } from 'ioredis'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { webhookKeys } from '../../store/keys.ts'
import { createStore } from '../../store/index.ts'
import {
  createWebhookDirectory,
  deleteWebhook,
  putWebhook,
  replayDelivery,
  rotateSecret,
  tellFacts,
  testWebhook,
  tryDelivery,
} from './index.ts'

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const depsWith = (redis: Redis) => {
  const store = createStore(redis)
  return { ...rig.deps, store, directory: createWebhookDirectory({ store, clock: rig.clock }) }
}
type Deps = ReturnType<typeof depsWith>

const make = (deps: Deps, types = ['*']) =>
  putWebhook(deps, { id: 'crm', url: rig.receiver.url, types, rosters: null, includeEmail: false })

/** Deleted, and made anew a moment later. */
const renew = async (deps: Deps, types?: string[]) => {
  // It may be through already.
  await deleteWebhook(deps, 'crm').catch(() => {})
  rig.clock.advance(1)
  await make(deps, types)
}
const tryAll = async (deps: Deps) => {
  const { claims } = await deps.store.deliveryLine.claim('crm', { now: rig.clock.now(), max: 100 })
  for (const claim of claims) await tryDelivery(deps, claim)
}
/** The webhook is told this one fact by now, and is deleted for the next turn. */
const isTold = async (at: number, member: string) => {
  await rig.deliver()
  expect({ at, told: rig.told() }).toEqual({ at, told: [`${member}:${at + 1}`] })
  rig.receiver.received.length = 0
  await deleteWebhook(rig.deps, 'crm')
}
const keysOfWebhook = () => rig.redis.keys('*crm*')

describe('a webhook that was deleted and made anew under its id', () => {
  it('stays, and is told what came since, where a deletion comes late', async () => {
    for (let at = 0; ; at++) {
      await rig.put()
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => deleteWebhook(depsWith(redis), 'crm'),
        async ({ redis }) => {
          await renew(depsWith(redis))
          await rig.tell(rig.fact('u-new', at + 1))
        },
      )
      if (!lagged) break
      await isTold(at, 'u-new')
    }
  })

  it('is told what came since, and nothing of its former, where a try of that comes late', async () => {
    for (let at = 0; ; at++) {
      await rig.put()
      await rig.tell(rig.fact('u-former', at + 1))
      // As a deletion left it that has not ended yet.
      await rig.deps.store.webhooks.delete('crm')
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => tryAll(depsWith(redis)),
        async ({ redis }) => {
          rig.clock.advance(1)
          await make(depsWith(redis))
          await rig.tell(rig.fact('u-new', at + 1))
        },
      )
      if (!lagged) break
      await isTold(at, 'u-new')
    }
  })

  it.each([
    ['facts are put on their way', (deps: Deps) => tellFacts(deps, 'acme')],
    ['a test is sent', (deps: Deps) => testWebhook(deps, 'crm')],
  ])('is told of nothing that its former asked for, where %s late', async (_what, late) => {
    for (let at = 0; ; at++) {
      await rig.put()
      await rig.deps.store.lane('acme').facts.add([rig.fact('u-former', at + 1)])
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => late(depsWith(redis)),
        ({ redis }) => renew(depsWith(redis), ['roster.held']),
      )
      if (!lagged) break
      await rig.deliver()
      expect({ at, told: rig.receiver.received.length, listed: await rig.listed() }).toEqual({
        at,
        told: 0,
        listed: [],
      })
      await deleteWebhook(rig.deps, 'crm')
    }
  })

  it('is told what came since where another request that makes it comes late', async () => {
    for (let at = 0; ; at++) {
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => make(depsWith(redis)),
        async ({ redis }) => {
          await make(depsWith(redis))
          await rig.tell(rig.fact('u-new', at + 1))
        },
      )
      if (!lagged) break
      await isTold(at, 'u-new')
    }
  })
})

it.each([
  ['a test', (deps: Deps) => testWebhook(deps, 'crm')],
  ['another secret', (deps: Deps) => rotateSecret(deps, 'crm')],
  ['a try', tryAll],
  ['a replay', async (deps: Deps) => replayDelivery(deps, 'crm', (await rig.listed())[0]!.delivery.id)],
])('%s that comes late to a deletion leaves nothing of a webhook', async (_what, late) => {
  for (let at = 0; ; at++) {
    await rig.put()
    await rig.tell(rig.fact('u-1', at + 1))
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => late(depsWith(redis)),
      ({ redis }) => deleteWebhook(depsWith(redis), 'crm'),
    )
    if (!lagged) break
    await rig.deliver()
    const { webhooks } = rig.deps.store
    expect({ at, kept: await keysOfWebhook(), there: await webhooks.find('crm') }).toEqual({
      at,
      kept: [],
      there: undefined,
    })
  }
})

describe('whichever write a process died before', () => {
  it('a webhook that is asked for again is told everything', async () => {
    for (let at = 0; ; at++) {
      const died = await diesAt(rig.redis, at, ({ redis }) => make(depsWith(redis)))
      await rig.put()
      await rig.tell(rig.fact('u-1', at + 1))
      await isTold(at, 'u-1')
      if (!died) break
    }
  })

  it('each delivery arrives, in its order, and none stays claimed', async () => {
    await rig.put()
    for (let at = 0; ; at++) {
      const both = [rig.fact('u-1', 2 * at + 1), rig.fact('u-1', 2 * at + 2)]
      await rig.deps.store.lane('acme').facts.add(both)
      const died = await diesAt(rig.redis, at, async ({ redis }) => {
        const deps = depsWith(redis)
        await tellFacts(deps, 'acme')
        await tryAll(deps)
        await tryAll(deps)
      })
      rig.clock.advance(31_000)
      await rig.redis.del(...(await rig.redis.keys('*:telling')), 'none')
      await tellFacts(rig.deps, 'acme')
      await rig.deliver()
      const told = [...new Set(rig.told())]
      expect({ at, told }).toEqual({ at, told: both.map(({ sequence }) => `u-1:${sequence}`) })
      expect(rig.told().length).toBeLessThanOrEqual(3)
      const states = new Set((await rig.listed()).map(({ delivery }) => delivery.status))
      expect({ at, states: [...states], claimed: await rig.redis.keys('*in-flight') }).toEqual({
        at,
        states: ['delivered'],
        claimed: [],
      })
      rig.receiver.received.length = 0
      if (!died) break
    }
  })

  it('a webhook that was disabled and is put again goes on', async () => {
    for (let at = 0; ; at++) {
      await rig.put()
      await rig.tell(rig.fact('u-1', at + 1))
      await rig.redis.hset(webhookKeys('crm').health, { failures: 9, failingSince: 1, disabledAt: 2 })
      await rig.deps.store.webhooks.noteChange()
      const died = await diesAt(rig.redis, at, ({ redis }) => make(depsWith(redis)))
      if (died) await rig.put()
      await isTold(at, 'u-1')
      if (!died) break
    }
  })
})
