import { answerWith } from '@flightroster/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { describeWebhook, getWebhook, sweepWebhooks, testWebhook } from './index.ts'

const DAY = 86_400_000

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('an endpoint', () => {
  it('is disabled after five days without a success, is sent nothing, and is enabled by PUT', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    for (let day = 0; day < 5; day++) {
      await rig.tell(rig.fact(`u-${day}`, 1))
      await rig.deliver()
      rig.clock.advance(DAY)
    }
    expect(await describeWebhook(rig.deps, await getWebhook(rig.deps, 'crm'))).toMatchObject({
      health: { disabledAt: null },
    })
    await rig.deliver()
    const disabledAt = rig.clock.now()
    expect(await describeWebhook(rig.deps, await getWebhook(rig.deps, 'crm'))).toMatchObject({ health: { disabledAt } })

    rig.receiver.answer = answerWith(204)
    rig.receiver.received = []
    rig.clock.advance(DAY)
    await rig.tell(rig.fact('u-9', 1))
    await rig.deliver()
    expect(rig.receiver.received).toEqual([])
    expect((await rig.listed()).map(({ nextAttemptAt }) => nextAttemptAt)).toEqual(Array(5).fill(null))
    await expect(testWebhook(rig.deps, 'crm')).rejects.toMatchObject({ code: 'webhook_disabled' })

    expect((await rig.put()).secret).toBeNull()
    await rig.deliver()
    const pending = (await rig.listed()).filter(({ delivery }) => delivery.status === 'pending')
    expect(pending).toEqual([])
    expect(rig.receiver.received.length).toBeGreaterThanOrEqual(2)
    await rig.tell(rig.fact('u-10', 1))
    await rig.deliver()
    expect(rig.told()).toContain('u-10:1')
  })

  it('is disabled after five days also where nothing is tried any more', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    const status = async () => (await describeWebhook(rig.deps, await getWebhook(rig.deps, 'crm'))).health.disabledAt
    rig.clock.advance(5 * DAY - 1)
    await sweepWebhooks(rig.deps)
    expect(await status()).toBeNull()
    rig.clock.advance(1)
    await sweepWebhooks(rig.deps)
    expect(await status()).toBe(rig.clock.now())
  })

  it('is disabled where more would wait than may, is told of nothing more, and gets what waits once it is enabled by PUT', async () => {
    await rig.put({ rosters: ['gold'] })
    expect((await rig.deps.directory.active()).mostWaiting).toEqual(new Map([['crm', 200_000]]))
    const { directory } = rig.deps
    const few = { active: async () => ({ ...(await directory.active()), mostWaiting: new Map([['crm', 2]]) }) }
    rig.deps.directory = few
    rig.receiver.answer = answerWith(500)
    for (let count = 1; count <= 4; count++) await rig.tell(rig.fact(`u-${count}`, 1))
    expect(await describeWebhook(rig.deps, await getWebhook(rig.deps, 'crm'))).toMatchObject({
      health: { disabledAt: rig.clock.now() },
    })
    expect(rig.logged.filter((line) => line.includes('"event":"webhook.disabled"'))).toHaveLength(1)
    await rig.deliver()
    expect(rig.receiver.received).toEqual([])
    rig.receiver.answer = answerWith(204)
    await rig.put({ rosters: ['gold'] })
    await rig.deliver()
    expect(rig.told().sort()).toEqual(['u-1:1', 'u-2:1'])
    await rig.tell(rig.fact('u-5', 1))
    await rig.deliver()
    expect(rig.told().sort()).toEqual(['u-1:1', 'u-2:1', 'u-5:1'])
  })

  it('that answers now and then is never disabled', async () => {
    await rig.put()
    for (let day = 0; day < 12; day++) {
      rig.receiver.answer = answerWith(day % 4 === 0 ? 204 : 500)
      await rig.tell(rig.fact(`u-${day}`, 1))
      await rig.deliver()
      rig.clock.advance(DAY)
    }
    expect(await describeWebhook(rig.deps, await getWebhook(rig.deps, 'crm'))).toMatchObject({
      health: { disabledAt: null },
    })
  })
})
