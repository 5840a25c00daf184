import { answerWith } from '@flightroster/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { replayDelivery } from './index.ts'

const HOUR = 3_600_000

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('replay', () => {
  it('sends the same body under the same id, and logs the new try beside the old', async () => {
    await rig.put()
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    const id = rig.receiver.received[0]?.id ?? ''
    expect(await replayDelivery(rig.deps, 'crm', id)).toMatchObject({ delivery: { id, status: 'pending' } })
    await rig.deliver()
    expect(rig.receiver.received.map((one) => one.id)).toEqual([id, id])
    expect(rig.receiver.received[1]?.text).toBe(rig.receiver.received[0]?.text)
    const [item] = await rig.listed()
    expect(item?.delivery).toMatchObject({ status: 'delivered', attempts: [{ status: 204 }, { status: 204 }] })
  })

  it('has a schedule of its own for what had failed for good', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    await rig.tell(rig.fact('u-1', 1))
    for (let hours = 0; hours < 80; hours++) {
      await rig.deliver()
      rig.clock.advance(HOUR)
    }
    const id = rig.receiver.received[0]?.id ?? ''
    expect((await rig.listed())[0]?.delivery.status).toBe('failed')
    await replayDelivery(rig.deps, 'crm', id)
    await rig.deliver()
    expect((await rig.listed())[0]).toMatchObject({
      delivery: { status: 'pending' },
      nextAttemptAt: rig.clock.now() + 5_000,
    })
  })

  it('of what is pending tries it now; of what is unknown is not found', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    rig.receiver.answer = answerWith(204)
    await replayDelivery(rig.deps, 'crm', rig.receiver.received[0]?.id ?? '')
    await rig.deliver()
    expect((await rig.listed())[0]?.delivery.status).toBe('delivered')
    await expect(replayDelivery(rig.deps, 'crm', 'msg_none')).rejects.toMatchObject({ code: 'not_found' })
  })
})
