import { answerWith, makeRoster, startReceiver } from '@flightroster/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCallbacksRig, type CallbacksRig } from '../../../testing/callbacks-rig.ts'
import { ownNames } from '../../../testing/names.ts'
import { createUrlGuard } from '../../callbacks/index.ts'
import { createDeliveryLine, createFacts } from '../../store/index.ts'
import { tellFacts, tryDelivery } from './index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let rig: CallbacksRig

beforeEach(async () => {
  rig = await startCallbacksRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('tries', () => {
  it('follow the schedule under one id, and are logged with status and answer', async () => {
    await rig.put()
    rig.receiver.answer = answerWith(503, 'x'.repeat(5_000))
    await rig.tell(rig.fact('u-1', 1))
    const waits = [5_000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR]
    for (const wait of waits) {
      await rig.deliver()
      expect((await rig.listed())[0]?.nextAttemptAt).toBe(rig.clock.now() + wait)
      rig.clock.advance(wait - 1)
      await rig.deliver()
      rig.clock.advance(1)
    }
    expect(rig.receiver.received).toHaveLength(waits.length)
    expect(new Set(rig.receiver.received.map(({ id }) => id)).size).toBe(1)
    const attempts = (await rig.listed())[0]?.delivery.attempts ?? []
    expect(attempts).toHaveLength(waits.length)
    expect(attempts[0]).toMatchObject({ status: 503, answer: 'x'.repeat(1_024) })
  })

  it.each([
    ['a redirect', (url: string) => ({ status: 302, headers: { location: url } }), 302],
    ['not modified', () => ({ status: 304, headers: {} }), 304],
  ])('count %s as a failure and follow nothing', async (_what, make, status) => {
    await rig.put()
    const elsewhere = await startReceiver()
    rig.receiver.answer = (_callback, response) => {
      const { status: code, headers } = make(elsewhere.url)
      response.writeHead(code, headers).end()
    }
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    expect(elsewhere.received).toEqual([])
    expect((await rig.listed())[0]?.delivery).toMatchObject({ status: 'pending', attempts: [{ status }] })
    await elsewhere.close()
  })

  it('end in time where no status comes, or the head drips', async () => {
    rig.deps.timeoutMs = 300
    await rig.put()
    rig.receiver.answer = (_callback, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nx-drip: ')
      const drip = setInterval(() => response.socket?.write('x'), 20)
      response.socket?.once('close', () => clearInterval(drip))
    }
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    const [attempt] = (await rig.listed())[0]?.delivery.attempts ?? []
    expect(attempt).toMatchObject({ status: null, answer: 'No answer in time.' })
    expect(attempt?.durationMs).toBeDefined()
  })

  it('read no more than a kilobyte of an answer that never ends', async () => {
    await rig.put()
    let written = 0
    rig.receiver.answer = (_callback, response) => {
      response.writeHead(200)
      const pour = setInterval(() => {
        written += 16_384
        response.write('y'.repeat(16_384))
      }, 1)
      response.once('close', () => clearInterval(pour))
    }
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    expect((await rig.listed())[0]?.delivery).toMatchObject({
      status: 'delivered',
      attempts: [{ status: 200, answer: 'y'.repeat(1_024) }],
    })
    // What fits into buffers on the way; a second of pouring would be more.
    expect(written).toBeLessThan(4 * 1_024 * 1_024)
  })

  it('say what went wrong where there was no answer', async () => {
    await rig.put()
    await rig.receiver.close()
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    expect((await rig.listed())[0]?.delivery.attempts[0]).toMatchObject({
      status: null,
      answer: 'The connection was refused.',
    })
  })

  it('never reach an address that is refused by then', async () => {
    await rig.put()
    await rig.tell(rig.fact('u-1', 1))
    rig.deps.urlGuard = createUrlGuard({ allowPrivate: false, resolve: ownNames })
    await rig.deliver()
    expect(rig.receiver.received).toEqual([])
    expect((await rig.listed())[0]?.delivery.attempts[0]?.answer).toBe('127.0.0.1 is not a public address.')
  })

  it('go to the address that was judged, and no other, whatever the name stands for later', async () => {
    await rig.put({ url: rig.receiver.url.replace('127.0.0.1', 'hook.example') })
    const answers = [['127.0.0.1'], ['127.0.0.2']]
    rig.deps.urlGuard = createUrlGuard({ allowPrivate: true, resolve: async () => answers.shift() ?? [] })
    await rig.tell(rig.fact('u-1', 1))
    await rig.deliver()
    expect(rig.receiver.received).toHaveLength(1)
    expect(rig.receiver.received[0]?.headers.host).toContain('hook.example')
    await rig.tell(rig.fact('u-1', 2))
    await rig.deliver()
    // Nobody listens at the second address.
    expect(rig.receiver.received).toHaveLength(1)
  })

  it('of a worker that died come back under the same id', async () => {
    await rig.put()
    await rig.tell(rig.fact('u-1', 1))
    const line = createDeliveryLine(rig.redis)
    const { claims } = await line.claim('crm', { now: rig.clock.now(), max: 10 })
    await rig.deliver()
    expect(rig.receiver.received).toEqual([])
    rig.clock.advance(30_000)
    await rig.deliver()
    expect(rig.receiver.received.map(({ id }) => id)).toEqual(claims.map(({ delivery }) => delivery.id))
    // Should the dead one live on: its outcome is not taken any more.
    const [claim] = claims
    if (!claim) throw new Error('Nothing was claimed.')
    const ending = { kind: 'failed' } as const
    expect((await line.settle(claim, claim.delivery, ending, rig.clock.now())).held).toBe(false)
    expect((await rig.listed())[0]?.delivery.status).toBe('delivered')
  })

  it('that were given up for a shutdown count for nothing', async () => {
    await rig.put()
    await rig.tell(rig.fact('u-1', 1))
    const ending = new AbortController()
    rig.receiver.answer = () => ending.abort()
    const { claims } = await createDeliveryLine(rig.redis).claim('crm', { now: rig.clock.now(), max: 10 })
    await Promise.all(claims.map((claim) => tryDelivery({ ...rig.deps, signal: ending.signal }, claim)))
    expect((await rig.listed())[0]).toMatchObject({
      delivery: { attempts: [], tries: 0 },
      nextAttemptAt: rig.clock.now(),
    })
  })

  it('are not made any more about rosters that the webhook is no longer for, wherever it leads by now', async () => {
    await rig.put({ includeEmail: true })
    rig.receiver.answer = answerWith(503, '')
    await rig.deps.store.enterRoster(makeRoster())
    const silver = { ...rig.fact('u-2', 1), roster: 'silver' }
    const ofKey = { type: 'team_key.recovered', teamKey: 'acme', sequence: 1, problem: null, at: 1 } as const
    await createFacts(rig.redis, 'acme').add([rig.fact('u-1', 1), silver, ofKey])
    await tellFacts(rig.deps, 'acme')
    await rig.deliver()
    expect(rig.receiver.received.splice(0)).toHaveLength(3)
    const elsewhere = await startReceiver()
    await rig.put({ url: elsewhere.url, rosters: ['silver'] })
    await rig.deliver()
    expect(elsewhere.received.map(({ body }) => body.data['roster'])).toEqual(['silver'])
    expect(rig.receiver.received).toEqual([])
    const ended = await rig.listed()
    expect(ended.map(({ delivery: { status, attempts } }) => [status, attempts.length])).toEqual([
      ['failed', 2],
      ['delivered', 2],
      ['failed', 2],
    ])
    expect(ended[0]?.delivery.attempts.at(-1)).toMatchObject({
      status: null,
      answer: expect.stringMatching(/^Not sent/),
    })
    // That says nothing of the endpoint.
    expect(await rig.deps.store.deliveries('crm').health()).toEqual({ failingSince: null, disabledAt: null })
    await elsewhere.close()
  })
})
