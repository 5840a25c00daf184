import { answerWith } from '@flightroster/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { createDeliveryLine } from '../../store/index.ts'
import { tryDelivery } from './index.ts'

const MINUTE = 60_000

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('an endpoint', () => {
  it('is called eight times at once, and twice once it fails', async () => {
    await rig.put()
    const members = Array.from({ length: 30 }, (_, at) => rig.fact(`u-${at}`, 1))
    await rig.tell(...members)
    const line = createDeliveryLine(rig.redis)
    const { claims } = await line.claim('crm', { now: rig.clock.now(), max: 100 })
    expect(claims).toHaveLength(8)
    rig.receiver.answer = answerWith(500)
    await Promise.all(claims.map((claim) => tryDelivery(rig.deps, claim)))
    expect((await line.claim('crm', { now: rig.clock.now(), max: 100 })).claims).toHaveLength(2)
  })

  it('that answers again gets its backlog at once', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    const members = Array.from({ length: 20 }, (_, at) => rig.fact(`u-${at}`, 1))
    await rig.tell(...members)
    for (const wait of [5_000, 30_000, 2 * MINUTE]) {
      await rig.deliver()
      rig.clock.advance(wait)
    }
    await rig.deliver()
    rig.receiver.answer = answerWith(204)
    rig.receiver.received = []
    rig.clock.advance(MINUTE)
    await rig.tell(rig.fact('new', 1))
    await rig.deliver()
    expect(rig.receiver.received).toHaveLength(21)
  })

  it('that answers after a failure or two keeps to the schedule', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    rig.clock.advance(5_000)
    await rig.deliver()
    rig.receiver.answer = answerWith(204)
    await rig.tell(rig.fact('u-2', 1))
    await rig.deliver()
    expect(rig.told()).toEqual(['u-1:1', 'u-1:1', 'u-2:1'])
    expect((await rig.listed())[1]?.nextAttemptAt).toBe(rig.clock.now() + 30_000)
  })

  it('that is put anew gets what is pending at once', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(500)
    await rig.tell(rig.fact('u-1', 1))
    for (let n = 0; n < 4; n++) {
      await rig.deliver()
      rig.clock.advance(2 * MINUTE)
    }
    rig.receiver.answer = answerWith(204)
    await rig.put()
    await rig.deliver()
    expect((await rig.listed())[0]?.delivery.status).toBe('delivered')
  })

  it('that refuses some facts and takes others is not asked about them after each of the others', async () => {
    await rig.put()
    rig.receiver.answer = ({ body }, response) =>
      void response.writeHead(body.data['member'].id.startsWith('poison') ? 400 : 204).end()
    const poison = Array.from({ length: 6 }, (_, at) => rig.fact(`poison-${at}`, 1))
    await rig.tell(...poison)
    for (let n = 1; n <= 40; n++) {
      await rig.deliver()
      await rig.tell(rig.fact('u-1', n))
      await rig.deliver()
      rig.clock.advance(15_000)
    }
    const tries = rig.receiver.received.filter(({ body }) => body.data['member'].id === 'poison-0')
    // Ten minutes: by the schedule four, and the few times that all of them failed in a row.
    expect(tries.length).toBeLessThanOrEqual(8)
    expect(rig.told().filter((one) => one.startsWith('u-1:'))).toHaveLength(40)
  })
})
