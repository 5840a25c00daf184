import { answerWith } from '@flightroster/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import type { TellableFact } from '../../domain/delivery.ts'
import type { MemberFact } from '../../domain/fact.ts'
import { createDeliveries } from '../../store/index.ts'
import { webhookKeys } from '../../store/keys.ts'
import { deleteWebhook, listDeliveries } from './index.ts'

const MINUTE = 60_000

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('the log of deliveries', () => {
  it('comes in pages, newest first', async () => {
    await rig.put()
    await rig.tell(...Array.from({ length: 5 }, (_, at) => rig.fact('u-1', at + 1)))
    const first = await listDeliveries(rig.deps, 'crm', { limit: 3, after: undefined })
    const second = await listDeliveries(rig.deps, 'crm', { limit: 3, after: first.next ?? undefined })
    const sequences = [first, second].map(({ items }) =>
      items.map(({ delivery }) => (delivery.fact as MemberFact).sequence),
    )
    expect(sequences).toEqual([
      [5, 4, 3],
      [2, 1],
    ])
    expect(second.next).toBeNull()
  })

  it('is short and goes on, whatever receivers answer, and of one delivery tells the newest answers', async () => {
    await rig.put()
    rig.receiver.answer = (_callback, response) => void response.writeHead(500).end('\u0001'.repeat(2_000))
    await rig.tell(...Array.from({ length: 200 }, (_, at) => rig.fact(`u-${at}`, 1)))
    for (let tried = 0; tried < 4; tried++) {
      await rig.deliver()
      rig.clock.advance(3 * 60 * MINUTE)
    }
    const ids: string[] = []
    let after: string | undefined
    do {
      const page = await listDeliveries(rig.deps, 'crm', { limit: 1_000, after })
      expect(JSON.stringify(page.items).length).toBeLessThan(1024 * 1024)
      for (const { delivery } of page.items) {
        ids.push(delivery.id)
        expect(JSON.stringify(delivery).length).toBeLessThan(12 * 1024)
        expect(delivery.attempts.at(-1)?.answer).toHaveLength(1_024)
      }
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(new Set(ids).size).toBe(200)
    expect(ids.length).toBe(200)
  })

  it('keeps the newest thousand that ended, and everything that is pending', async () => {
    await rig.put()
    rig.receiver.answer = ({ body }, response) =>
      void response.writeHead(body.data['member'].id === 'stuck' ? 500 : 204).end()
    await rig.tell(rig.fact('stuck', 1))
    await rig.tell(...Array.from({ length: 1_100 }, (_, at) => rig.fact(`u-${at}`, 1)))
    await rig.deliver()
    rig.clock.advance(20 * MINUTE)
    await rig.tell(...Array.from({ length: 10 }, (_, at) => rig.fact(`v-${at}`, 1)))
    await rig.deliver()
    const { items } = await listDeliveries(rig.deps, 'crm', { limit: 2_000, after: undefined })
    expect(items.filter(({ delivery }) => delivery.status === 'delivered')).toHaveLength(1_000)
    expect(items.filter(({ delivery }) => delivery.status === 'pending')).toHaveLength(1)
    expect(await rig.redis.hlen(webhookKeys('crm').deliveries)).toBe(1_001)
  })

  it('forgets a member who is erased, once everything about it was told', async () => {
    await rig.put()
    await rig.tell(rig.fact('ann@example.com', 1), rig.fact('u-2', 1))
    const ann = rig.deps.toRef('gold', 'ann@example.com')
    const deliveries = rig.deps.store.deliveries('crm')
    expect(await deliveries.forgetAbout(ann)).toMatchObject({ forgotten: 0, left: 1 })
    await rig.deliver()
    expect(await deliveries.forgetAbout(ann)).toMatchObject({ forgotten: 1, left: 0 })
    expect(JSON.stringify(await rig.redis.hgetall(webhookKeys('crm').deliveries))).not.toContain('ann@example.com')
    expect(await rig.listed()).toHaveLength(1)
  })

  it('is gone with its webhook, and a webhook of the same name begins anew', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    await deleteWebhook(rig.deps, 'crm')
    expect(await rig.redis.keys('fr:{wh:crm}:*')).toEqual([])
    await rig.put()
    expect(await rig.listed()).toEqual([])
    expect(await createDeliveries(rig.redis, 'crm').health()).toEqual({ failingSince: null, disabledAt: null })
  })

  it('is as if what is left out were not there: no page is short for it, and none follows', async () => {
    await rig.put()
    const facts = Array.from({ length: 60 }, (_, at) => ({
      ...rig.fact(`u-${at}`, 1),
      roster: at % 25 === 0 ? 'gold' : 'silver',
    }))
    await rig.tell(...facts)
    const isShown = (fact: TellableFact) => 'roster' in fact && fact.roster === 'gold'
    const first = await listDeliveries(rig.deps, 'crm', { limit: 2, after: undefined, isShown })
    const second = await listDeliveries(rig.deps, 'crm', { limit: 2, after: first.next ?? undefined, isShown })
    const members = [first, second].map(({ items }) =>
      items.map(({ delivery }) => (delivery.fact as MemberFact).member),
    )
    expect(members).toEqual([['u-50', 'u-25'], ['u-0']])
    expect(second.next).toBeNull()
    const whole = await listDeliveries(rig.deps, 'crm', { limit: 3, after: undefined, isShown })
    expect([whole.items.length, whole.next]).toEqual([3, null])
  })
})
