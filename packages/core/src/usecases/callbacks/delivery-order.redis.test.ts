import { answerWith } from '@flightroster/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'

const HOUR = 3_600_000

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('order', () => {
  it('is kept for one member over failures, while others are told', async () => {
    await rig.put()
    rig.receiver.answer = ({ body }, response) =>
      void response.writeHead(body.data['member'].id === 'u-1' ? 500 : 204).end()
    await rig.tell(rig.fact('u-1', 1), rig.fact('u-2', 1), rig.fact('u-1', 2), rig.fact('u-2', 2))
    await rig.deliver()
    expect(rig.told().filter((one) => one.startsWith('u-1'))).toEqual(['u-1:1'])
    expect(rig.told().filter((one) => one.startsWith('u-2'))).toEqual(['u-2:1', 'u-2:2'])
    rig.receiver.answer = answerWith(204)
    rig.receiver.received = []
    rig.clock.advance(5_000)
    await rig.deliver()
    expect(rig.told()).toEqual(['u-1:1', 'u-1:2'])
  })

  it('goes on with the next fact of a member once three days of one are over', async () => {
    await rig.put()
    rig.receiver.answer = ({ body }, response) => void response.writeHead(body.data['sequence'] === 1 ? 500 : 204).end()
    await rig.tell(rig.fact('u-1', 1), rig.fact('u-1', 2))
    for (let hours = 0; hours < 73; hours++) {
      await rig.deliver()
      rig.clock.advance(HOUR)
    }
    const [second, first] = await rig.listed()
    expect(first?.delivery.status).toBe('failed')
    expect(first?.nextAttemptAt).toBeNull()
    expect(second?.delivery.status).toBe('delivered')
  })
})
