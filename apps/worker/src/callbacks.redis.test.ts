import { createUrlGuard } from '@flightroster/core/callbacks'
import { systemClock, type MemberFact } from '@flightroster/core/domain'
import { createLog } from '@flightroster/core/log'
import { createSealer, createToRef } from '@flightroster/core/secrets'
import { createFacts, createStore } from '@flightroster/core/store'
import {
  answerWith,
  eventually,
  makeTeamKey,
  startReceiver,
  timePasses,
  type Answer,
  type Receiver,
  ownNames,
} from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { listDeliveries, putWebhook, testWebhook } from '@flightroster/core/usecases/callbacks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCallbacks, type Callbacks } from './callbacks.ts'

const { redis } = await withRedis()
const store = createStore(redis)
const workers: Callbacks[] = []
const receivers: Receiver[] = []
const log = createLog({ level: 'silent', name: 'test' })
const sealer = createSealer({ current: Buffer.alloc(32, 7) })
const urlGuard = createUrlGuard({ allowPrivate: true, resolve: ownNames })

beforeEach(async () => {
  await store.teamKeys.put(makeTeamKey())
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()))
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()))
})

async function receive(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...args)
  receivers.push(receiver)
  return receiver
}

function startWorker(timeoutMs?: number): Callbacks {
  const worker = createCallbacks({
    store,
    sealer,
    toRef: createToRef(Buffer.alloc(32, 9)),
    clock: systemClock,
    log,
    urlGuard,
    publicUrl: undefined,
    only: undefined,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
  worker.start()
  workers.push(worker)
  return worker
}

const put = (id: string, receiver: Receiver) =>
  putWebhook(
    { store, sealer, clock: systemClock, urlGuard },
    { id, url: receiver.url, types: ['*'], rosters: null, includeEmail: false },
  )

/** 50 MB, as fast as they are taken. */
const pour: Answer = (_callback, response) => {
  const chunk = Buffer.alloc(65_536, 'z')
  let left = 800
  const more = () => {
    while (left-- > 0 && !response.destroyed) if (!response.write(chunk)) return void response.once('drain', more)
    response.end()
  }
  more()
}

const facts = (count: number, from = 0): MemberFact[] =>
  Array.from({ length: count }, (_, at) => ({
    type: 'member.invited',
    roster: 'gold',
    member: `u-${from + at}`,
    sequence: 1,
    status: 'invited',
    problem: null,
    at: Date.now(),
  }))

describe('callbacks of a worker', () => {
  it('tell facts that anybody recorded, without being asked', async () => {
    const receiver = await receive()
    await put('crm', receiver)
    startWorker()
    await createFacts(redis, 'acme').add(facts(3))
    await eventually(() => expect(receiver.received).toHaveLength(3))
  })

  it('tell facts whose hint was lost', async () => {
    const receiver = await receive()
    await put('crm', receiver)
    await createFacts(redis, 'acme').add(facts(1))
    await redis.del('fr:untold')
    startWorker()
    await eventually(() => expect(receiver.received).toHaveLength(1))
  })

  it('send a test', async () => {
    const receiver = await receive()
    await put('crm', receiver)
    startWorker()
    const { delivery } = await testWebhook({ store, clock: systemClock }, 'crm')
    await eventually(() => expect(receiver.received.map(({ id }) => id)).toEqual([delivery.id]))
    expect(receiver.received[0]?.body).toMatchObject({ type: 'webhook.test' })
  })

  it('try again after about five seconds', async () => {
    const receiver = await receive(answerWith(500))
    await put('crm', receiver)
    startWorker()
    await createFacts(redis, 'acme').add(facts(1))
    await eventually(() => expect(receiver.received).toHaveLength(1))
    receiver.answer = answerWith(204)
    await eventually(() => expect(receiver.received).toHaveLength(2))
    const [first, second] = receiver.received
    const waitedMs = (second?.at ?? 0) - (first?.at ?? 0)
    expect(waitedMs).toBeGreaterThan(4_400)
    expect(waitedMs).toBeLessThan(20_000)
    expect(second?.id).toBe(first?.id)
  })

  it('of one endpoint are quick while others hang, drip, redirect, pour or are down', async () => {
    const good = await receive()
    let gaveUp = false
    const others = {
      hanging: await receive((_callback, response) => void response.once('close', () => (gaveUp = true))),
      dripping: await receive((_callback, response) => {
        response.writeHead(500)
        const drip = setInterval(() => response.write('x'), 50)
        response.once('close', () => clearInterval(drip))
      }),
      redirecting: await receive((_callback, response) => void response.writeHead(307, { location: good.url }).end()),
      pouring: await receive(pour),
      down: await receive(),
    }
    await others.down.close()
    for (const [id, receiver] of Object.entries(others)) await put(id, receiver)
    startWorker()
    await createFacts(redis, 'acme').add(facts(100))
    await eventually(() => expect(others.hanging.received.length).toBeGreaterThan(0))
    await put('good', good)
    await createFacts(redis, 'acme').add(facts(100, 1_000))
    await eventually(() => expect(good.received).toHaveLength(100))
    // All of it while the first call that hangs is still waited for.
    expect(gaveUp).toBe(false)
    // Nothing came by way of the redirection.
    expect(new Set(good.received.map(({ body }) => Number(body.data['member'].id.slice(2)) >= 1_000))).toEqual(
      new Set([true]),
    )
  })

  it('of one endpoint are quick beside fifty that answer slowly and have much to be told', async () => {
    const good = await receive()
    const slow = await receive((_callback, response) => {
      const timer = setTimeout(() => response.end(), 60_000)
      response.once('close', () => clearTimeout(timer))
    })
    for (let at = 0; at < 50; at++) await put(`slow-${at}`, slow)
    startWorker(90_000)
    await createFacts(redis, 'acme').add(facts(40))
    await eventually(() => expect(slow.received.length).toBeGreaterThan(90))
    await timePasses(2_000)
    // Of each, a few at once.
    const begun = slow.received.length
    expect(begun).toBeLessThan(150)
    await put('good', good)
    await createFacts(redis, 'acme').add(facts(20, 1_000))
    await eventually(() => expect(good.received).toHaveLength(20))
    // All of it while the first slow ones are still waited for.
    expect(slow.received.length).toBe(begun)
  })

  it('are shared by several workers: each delivery is tried by one', async () => {
    const receiver = await receive()
    await put('crm', receiver)
    startWorker()
    startWorker()
    startWorker()
    await createFacts(redis, 'acme').add(facts(300))
    await eventually(() => expect(receiver.received).toHaveLength(300))
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(300)
  })

  it('under way at a shutdown are given back', async () => {
    const receiver = await receive(() => {})
    await put('crm', receiver)
    const worker = startWorker()
    await createFacts(redis, 'acme').add(facts(1))
    await eventually(() => expect(receiver.received).toHaveLength(1))
    await worker.close()
    receiver.answer = answerWith(204)
    startWorker()
    await eventually(() => expect(receiver.received).toHaveLength(2))
    const { items } = await eventually(async () => {
      const list = await listDeliveries({ store }, 'crm', { limit: 10, after: undefined })
      expect(list.items[0]?.delivery.status).toBe('delivered')
      return list
    })
    expect(items[0]?.delivery.attempts).toHaveLength(1)
  })
})
