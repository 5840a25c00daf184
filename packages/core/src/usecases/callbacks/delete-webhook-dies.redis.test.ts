import { afterEach, beforeEach, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { toEndpoint } from '../../domain/notice.ts'
import { laneKeys, webhookKeys } from '../../store/keys.ts'
import { createFacts } from '../../store/webhook/facts.ts'
import { createStore } from '../../store/index.ts'
import { deleteNotice, putNotice } from '../notices/index.ts'
import { deleteWebhook } from './delete-webhook.ts'
import { tellFacts } from './tell-facts.ts'

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const putOps = () =>
  putNotice(rig.deps, { id: 'ops', kind: 'slack', target: rig.receiver.url, types: ['*'], rosters: null })

it('a webhook that is made anew is told nothing that was on its way to its former, whichever write the deletion died before', async () => {
  for (let at = 0; ; at++) {
    await rig.put()
    await rig.tell(rig.fact(`u-${at}`, at + 1))
    const died = await diesAt(rig.redis, at, ({ redis }) => deleteWebhook({ store: createStore(redis) }, 'crm'))
    const isDeleted = (await rig.deps.store.webhooks.find('crm')) === undefined
    rig.clock.advance(1)
    if (isDeleted) {
      await rig.put()
      await rig.deliver()
      expect({ at, told: rig.told(), listed: await rig.listed() }).toEqual({ at, told: [], listed: [] })
    }
    await deleteWebhook(rig.deps, 'crm')
    rig.clock.advance(1)
    if (!died) break
  }
})

it('a webhook that is deleted leaves nothing of what is told meanwhile', async () => {
  for (let at = 0; ; at++) {
    await rig.put()
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => deleteWebhook({ store: createStore(redis) }, 'crm'),
      () => rig.tell(rig.fact(`u-${at}`, at + 1)),
    )
    await rig.deliver()
    expect({ at, listed: await rig.listed().catch(() => []) }).toEqual({ at, listed: [] })
    expect({ at, kept: await rig.redis.keys('*crm*') }).toEqual({ at, kept: [] })
    if (!lagged) break
  }
})

it('a notice that is made anew tells nothing of its former, whichever write the deletion died before', async () => {
  for (let at = 0; ; at++) {
    await putOps()
    await rig.tell(rig.fact(`u-${at}`, at + 1))
    const died = await diesAt(rig.redis, at, ({ redis }) => deleteNotice({ store: createStore(redis) }, 'ops'))
    const isDeleted = (await rig.deps.store.notices.find('ops')) === undefined
    rig.clock.advance(1)
    if (isDeleted) await putOps()
    if (isDeleted) {
      const { health } = webhookKeys(toEndpoint('ops'))
      const kept = [await rig.redis.keys(`*${toEndpoint('ops')}*`), await rig.redis.hkeys(health)]
      expect({ at, kept }).toEqual({ at, kept: [[health], ['born']] })
    }
    await deleteNotice(rig.deps, 'ops')
    rig.clock.advance(1)
    if (!died) break
  }
})

it.each([
  ['webhook', () => rig.put(), () => deleteWebhook(rig.deps, 'crm'), 'crm'],
  ['notice', () => putOps(), () => deleteNotice(rig.deps, 'ops'), 'ops'],
])(
  'what is told to a %s that was deleted just before leaves nothing, whichever write its process died before',
  async (_what, put, remove, id) => {
    let isLeft = false
    for (let at = 0; ; at++) {
      // Alone: what is written for another one would stand between its own writes.
      await put()
      await createFacts(rig.redis, 'acme').add([rig.fact(`u-${at}`, at + 1)])
      const known = await rig.deps.directory.active()
      await remove()
      const died = await diesAt(rig.redis, at, ({ redis }) =>
        tellFacts({ ...rig.deps, store: createStore(redis), directory: { active: async () => known } }, 'acme'),
      )
      isLeft ||= (await rig.redis.keys(`*${id}*`)).length > 0
      // As workers look for what is due.
      for (const due of await rig.deps.store.deliveryLine.due(rig.clock.now(), 10)) {
        await rig.deliver(due.id)
        await rig.deps.store.deliveryLine.settleDue(due, null)
      }
      expect({ at, kept: await rig.redis.keys(`*${id}*`) }).toEqual({ at, kept: [] })
      await rig.redis.del(laneKeys('acme').facts, laneKeys('acme').telling)
      rig.clock.advance(1)
      if (!died) break
    }
    expect(isLeft).toBe(true)
  },
)
