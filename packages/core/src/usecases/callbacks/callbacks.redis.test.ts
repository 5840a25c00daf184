import {
  answerWith,
  createSettableClock,
  makeRoster,
  startReceiver,
  startRedis,
  type Receiver,
  type SettableClock,
  type TestRedis,
} from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createUrlGuard } from '../../callbacks/index.ts'
import type { MemberFact } from '../../domain/fact.ts'
import { createLog } from '../../log.ts'
import { createSealer, createToRef } from '../../secrets/index.ts'
import { createDeliveries, createDeliveryLine, createFacts, createStore } from '../../store/index.ts'
import { webhookKeys } from '../../store/keys.ts'
import {
  createWebhookDirectory,
  deleteWebhook,
  describeWebhook,
  forgetMember,
  getWebhook,
  listDeliveries,
  putWebhook,
  replayDelivery,
  rotateSecret,
  sweepWebhooks,
  tellFacts,
  testWebhook,
  tryDelivery,
} from './index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let server: TestRedis
let redis: Redis
let clock: SettableClock
let receiver: Receiver
let deps: ReturnType<typeof makeDeps>
const logged: string[] = []

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})
beforeEach(async () => {
  await redis.flushall()
  // Signatures are checked against the wall clock.
  clock = createSettableClock(Date.now())
  receiver = await startReceiver()
  deps = makeDeps()
})
afterEach(() => receiver.close())

function makeDeps() {
  const store = createStore(redis, clock)
  return {
    store,
    clock,
    toRef: createToRef(Buffer.alloc(32, 9)),
    sealer: createSealer({ current: Buffer.alloc(32, 7) }),
    log: createLog({ level: 'debug', name: 'test' }, { write: (line: string) => void logged.push(line) }),
    urlGuard: createUrlGuard({ allowPrivate: true }),
    directory: createWebhookDirectory({ store, clock }),
    random: () => 0.5,
    signal: new AbortController().signal,
    timeoutMs: 300,
  }
}

const put = (input: Partial<Parameters<typeof putWebhook>[1]> = {}) =>
  putWebhook(deps, { id: 'crm', url: receiver.url, types: ['*'], rosters: null, includeEmail: false, ...input })

function fact(member: string, sequence: number, overrides: Partial<MemberFact> = {}): MemberFact {
  return {
    type: 'member.invited',
    roster: 'gold',
    member,
    sequence,
    status: 'invited',
    problem: null,
    at: clock.now(),
    ...overrides,
  }
}

async function tell(...facts: MemberFact[]): Promise<void> {
  await createFacts(redis, 'acme').add(facts)
  await tellFacts(deps, 'acme')
}

/** Tries whatever is due now, as a worker does, until nothing is. */
async function deliver(webhook = 'crm'): Promise<void> {
  for (;;) {
    const { claims } = await createDeliveryLine(redis).claim(webhook, { now: clock.now(), max: 100 })
    if (claims.length === 0) return
    await Promise.all(claims.map((claim) => tryDelivery(deps, claim)))
  }
}

const listed = async (webhook = 'crm') =>
  (await listDeliveries(deps, webhook, { limit: 1_000, after: undefined })).items
const told = () => receiver.received.map(({ body }) => `${body.data['member'].id}:${body.data['sequence']}`)

describe('telling', () => {
  it('sends a fact to each webhook that asks for it, signed, under one id', async () => {
    const { secret } = await put()
    await put({ id: 'other', types: ['build.*'] })
    await tell(fact('u-1', 1))
    await deliver()
    await deliver('other')
    expect(receiver.received).toHaveLength(1)
    const [callback] = receiver.received
    const headers = callback?.headers as Record<string, string>
    expect(new Webhook(secret ?? '').verify(callback?.text ?? '', headers)).toMatchObject({ type: 'member.invited' })
    expect(headers['content-type']).toBe('application/json')
    expect((await listed())[0]?.delivery).toMatchObject({ id: callback?.id, status: 'delivered' })
    expect(await listed('other')).toEqual([])
  })

  it('drops facts that nobody asks for', async () => {
    await tell(fact('u-1', 1))
    expect(await createFacts(redis, 'acme').peek(10)).toEqual([])
  })

  it('tells a webhook of the first fact after it was put', async () => {
    await tell(fact('u-1', 1))
    await put()
    await tell(fact('u-1', 2))
    await deliver()
    expect(told()).toEqual(['u-1:2'])
  })

  it('makes no second delivery after a death between making deliveries and dropping the facts', async () => {
    await put()
    const facts = [fact('u-1', 1), fact('u-1', 2)]
    await tell(...facts)
    await deliver()
    await tell(...facts)
    await deliver()
    expect(told()).toEqual(['u-1:1', 'u-1:2'])
    expect(await listed()).toHaveLength(2)
  })

  it('loses nothing where two tell at once, also with an outdated view of the facts', async () => {
    await put()
    const facts = createFacts(redis, 'acme')
    await facts.add([fact('u-1', 1)])
    const outdated = await facts.peek(10)
    await Promise.all([tellFacts(deps, 'acme'), tellFacts(deps, 'acme')])
    await facts.add([fact('u-1', 2)])
    expect(await facts.told('another', outdated, 10)).toEqual([fact('u-1', 2)])
    await tellFacts(deps, 'acme')
    await deliver()
    expect(told()).toEqual(['u-1:1', 'u-1:2'])
  })

  it('gives the address of a member only where it is asked for, read when it is sent, and keeps it nowhere else', async () => {
    await put({ includeEmail: true })
    await put({ id: 'plain' })
    await deps.store.enterRoster(makeRoster())
    await redis.hset('fr:{acme}:roster:gold:desired', 'u-1', JSON.stringify({ v: 1, email: 'Ann@example.com' }))
    await tell(fact('u-1', 1))
    await deliver()
    await deliver('plain')
    expect(receiver.received.map(({ body }) => body.data['member'].email)).toEqual(['Ann@example.com', undefined])
    const kept = await redis.hgetall(webhookKeys('crm').deliveries)
    expect(JSON.stringify(kept)).not.toContain('example.com')
    expect(logged.join('')).not.toContain('example.com')
  })
})

describe('order', () => {
  it('is kept for one member over failures, while others are told', async () => {
    await put()
    receiver.answer = ({ body }, response) =>
      void response.writeHead(body.data['member'].id === 'u-1' ? 500 : 204).end()
    await tell(fact('u-1', 1), fact('u-2', 1), fact('u-1', 2), fact('u-2', 2))
    await deliver()
    expect(told().filter((one) => one.startsWith('u-1'))).toEqual(['u-1:1'])
    expect(told().filter((one) => one.startsWith('u-2'))).toEqual(['u-2:1', 'u-2:2'])
    receiver.answer = answerWith(204)
    receiver.received = []
    clock.advance(5_000)
    await deliver()
    expect(told()).toEqual(['u-1:1', 'u-1:2'])
  })

  it('goes on with the next fact of a member once three days of one are over', async () => {
    await put()
    receiver.answer = ({ body }, response) => void response.writeHead(body.data['sequence'] === 1 ? 500 : 204).end()
    await tell(fact('u-1', 1), fact('u-1', 2))
    for (let hours = 0; hours < 73; hours++) {
      await deliver()
      clock.advance(HOUR)
    }
    const [second, first] = await listed()
    expect(first?.delivery.status).toBe('failed')
    expect(first?.nextAttemptAt).toBeNull()
    expect(second?.delivery.status).toBe('delivered')
  })
})

describe('tries', () => {
  it('follow the schedule under one id, and are logged with status and answer', async () => {
    await put()
    receiver.answer = answerWith(503, 'x'.repeat(5_000))
    await tell(fact('u-1', 1))
    const waits = [5_000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR]
    for (const wait of waits) {
      await deliver()
      expect((await listed())[0]?.nextAttemptAt).toBe(clock.now() + wait)
      clock.advance(wait - 1)
      await deliver()
      clock.advance(1)
    }
    expect(receiver.received).toHaveLength(waits.length)
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1)
    const attempts = (await listed())[0]?.delivery.attempts ?? []
    expect(attempts).toHaveLength(waits.length)
    expect(attempts[0]).toMatchObject({ status: 503, answer: 'x'.repeat(1_024) })
  })

  it.each([
    ['a redirect', (url: string) => ({ status: 302, headers: { location: url } }), 302],
    ['not modified', () => ({ status: 304, headers: {} }), 304],
  ])('count %s as a failure and follow nothing', async (_what, make, status) => {
    await put()
    const elsewhere = await startReceiver()
    receiver.answer = (_callback, response) => {
      const { status: code, headers } = make(elsewhere.url)
      response.writeHead(code, headers).end()
    }
    await tell(fact('u-1', 1))
    await deliver()
    expect(elsewhere.received).toEqual([])
    expect((await listed())[0]?.delivery).toMatchObject({ status: 'pending', attempts: [{ status }] })
    await elsewhere.close()
  })

  it('end in time where no status comes, or the head drips', async () => {
    await put()
    receiver.answer = (_callback, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nx-drip: ')
      const drip = setInterval(() => response.socket?.write('x'), 20)
      response.socket?.once('close', () => clearInterval(drip))
    }
    await tell(fact('u-1', 1))
    await deliver()
    const [attempt] = (await listed())[0]?.delivery.attempts ?? []
    expect(attempt).toMatchObject({ status: null, answer: 'No answer in time.' })
    expect(attempt?.durationMs).toBeDefined()
  })

  it('read no more than a kilobyte of an answer that never ends', async () => {
    await put()
    let written = 0
    receiver.answer = (_callback, response) => {
      response.writeHead(200)
      const pour = setInterval(() => {
        written += 16_384
        response.write('y'.repeat(16_384))
      }, 1)
      response.once('close', () => clearInterval(pour))
    }
    await tell(fact('u-1', 1))
    await deliver()
    expect((await listed())[0]?.delivery).toMatchObject({
      status: 'delivered',
      attempts: [{ status: 200, answer: 'y'.repeat(1_024) }],
    })
    // What fits into buffers on the way; a second of pouring would be more.
    expect(written).toBeLessThan(4 * 1_024 * 1_024)
  })

  it('say what went wrong where there was no answer', async () => {
    await put()
    await receiver.close()
    await tell(fact('u-1', 1))
    await deliver()
    expect((await listed())[0]?.delivery.attempts[0]).toMatchObject({
      status: null,
      answer: 'The connection was refused.',
    })
  })

  it('never reach an address that is refused by then', async () => {
    await put()
    await tell(fact('u-1', 1))
    deps.urlGuard = createUrlGuard({ allowPrivate: false })
    await deliver()
    expect(receiver.received).toEqual([])
    expect((await listed())[0]?.delivery.attempts[0]?.answer).toBe('127.0.0.1 is no public address.')
  })

  it('go to the address that was judged, and no other, whatever the name stands for later', async () => {
    await put({ url: receiver.url.replace('127.0.0.1', 'hook.example') })
    const answers = [['127.0.0.1'], ['127.0.0.2']]
    deps.urlGuard = createUrlGuard({ allowPrivate: true, resolve: async () => answers.shift() ?? [] })
    await tell(fact('u-1', 1))
    await deliver()
    expect(receiver.received).toHaveLength(1)
    expect(receiver.received[0]?.headers.host).toContain('hook.example')
    await tell(fact('u-1', 2))
    await deliver()
    // Nobody listens at the second address.
    expect(receiver.received).toHaveLength(1)
  })

  it('of a worker that died come back under the same id', async () => {
    await put()
    await tell(fact('u-1', 1))
    const line = createDeliveryLine(redis)
    const { claims } = await line.claim('crm', { now: clock.now(), max: 10 })
    await deliver()
    expect(receiver.received).toEqual([])
    clock.advance(30_000)
    await deliver()
    expect(receiver.received.map(({ id }) => id)).toEqual(claims.map(({ delivery }) => delivery.id))
    // Should the dead one live on: its outcome is not taken any more.
    const [claim] = claims
    if (!claim) throw new Error('Nothing was claimed.')
    const ending = { kind: 'failed' } as const
    expect((await line.settle(claim, claim.delivery, ending, clock.now())).held).toBe(false)
    expect((await listed())[0]?.delivery.status).toBe('delivered')
  })

  it('that were given up for a shutdown count for nothing', async () => {
    await put()
    await tell(fact('u-1', 1))
    const ending = new AbortController()
    receiver.answer = () => ending.abort()
    const { claims } = await createDeliveryLine(redis).claim('crm', { now: clock.now(), max: 10 })
    await Promise.all(claims.map((claim) => tryDelivery({ ...deps, signal: ending.signal }, claim)))
    expect((await listed())[0]).toMatchObject({ delivery: { attempts: [], tries: 0 }, nextAttemptAt: clock.now() })
  })
})

describe('an endpoint', () => {
  it('is called eight times at once, and twice once it fails', async () => {
    await put()
    const members = Array.from({ length: 30 }, (_, at) => fact(`u-${at}`, 1))
    await tell(...members)
    const line = createDeliveryLine(redis)
    const { claims } = await line.claim('crm', { now: clock.now(), max: 100 })
    expect(claims).toHaveLength(8)
    receiver.answer = answerWith(500)
    await Promise.all(claims.map((claim) => tryDelivery(deps, claim)))
    expect((await line.claim('crm', { now: clock.now(), max: 100 })).claims).toHaveLength(2)
  })

  it('that answers again gets its backlog at once', async () => {
    await put()
    receiver.answer = answerWith(500)
    const members = Array.from({ length: 20 }, (_, at) => fact(`u-${at}`, 1))
    await tell(...members)
    for (const wait of [5_000, 30_000, 2 * MINUTE]) {
      await deliver()
      clock.advance(wait)
    }
    await deliver()
    receiver.answer = answerWith(204)
    receiver.received = []
    clock.advance(MINUTE)
    await tell(fact('new', 1))
    await deliver()
    expect(receiver.received).toHaveLength(21)
  })

  it('that answers after a failure or two keeps to the schedule', async () => {
    await put()
    receiver.answer = answerWith(500)
    await tell(fact('u-1', 1))
    await deliver()
    clock.advance(5_000)
    await deliver()
    receiver.answer = answerWith(204)
    await tell(fact('u-2', 1))
    await deliver()
    expect(told()).toEqual(['u-1:1', 'u-1:1', 'u-2:1'])
    expect((await listed())[1]?.nextAttemptAt).toBe(clock.now() + 30_000)
  })

  it('that is put anew gets what is pending at once', async () => {
    await put()
    receiver.answer = answerWith(500)
    await tell(fact('u-1', 1))
    for (let n = 0; n < 4; n++) {
      await deliver()
      clock.advance(2 * MINUTE)
    }
    receiver.answer = answerWith(204)
    await put()
    await deliver()
    expect((await listed())[0]?.delivery.status).toBe('delivered')
  })

  it('that refuses some facts and takes others is not asked about them after each of the others', async () => {
    await put()
    receiver.answer = ({ body }, response) =>
      void response.writeHead(body.data['member'].id.startsWith('poison') ? 400 : 204).end()
    const poison = Array.from({ length: 6 }, (_, at) => fact(`poison-${at}`, 1))
    await tell(...poison)
    for (let n = 1; n <= 40; n++) {
      await deliver()
      await tell(fact('u-1', n))
      await deliver()
      clock.advance(15_000)
    }
    const tries = receiver.received.filter(({ body }) => body.data['member'].id === 'poison-0')
    // Ten minutes: by the schedule four, and the few times that all of them failed in a row.
    expect(tries.length).toBeLessThanOrEqual(8)
    expect(told().filter((one) => one.startsWith('u-1:'))).toHaveLength(40)
  })

  it('is disabled after five days without a good answer, is told nothing, and is enabled by PUT', async () => {
    await put()
    receiver.answer = answerWith(500)
    for (let day = 0; day < 5; day++) {
      await tell(fact(`u-${day}`, 1))
      await deliver()
      clock.advance(DAY)
    }
    expect(await describeWebhook(deps, await getWebhook(deps, 'crm'))).toMatchObject({ health: { disabledAt: null } })
    await deliver()
    const disabledAt = clock.now()
    expect(await describeWebhook(deps, await getWebhook(deps, 'crm'))).toMatchObject({ health: { disabledAt } })

    receiver.answer = answerWith(204)
    receiver.received = []
    clock.advance(DAY)
    await tell(fact('u-9', 1))
    await deliver()
    expect(receiver.received).toEqual([])
    expect((await listed()).map(({ nextAttemptAt }) => nextAttemptAt)).toEqual(Array(5).fill(null))
    await expect(testWebhook(deps, 'crm')).rejects.toMatchObject({ code: 'webhook_disabled' })

    expect((await put()).secret).toBeNull()
    await deliver()
    const pending = (await listed()).filter(({ delivery }) => delivery.status === 'pending')
    expect(pending).toEqual([])
    expect(receiver.received.length).toBeGreaterThanOrEqual(2)
    await tell(fact('u-10', 1))
    await deliver()
    expect(told()).toContain('u-10:1')
  })

  it('is disabled after five days also where nothing is tried any more', async () => {
    await put()
    receiver.answer = answerWith(500)
    await tell(fact('u-1', 1))
    await deliver()
    const status = async () => (await describeWebhook(deps, await getWebhook(deps, 'crm'))).health.disabledAt
    clock.advance(5 * DAY - 1)
    await sweepWebhooks(deps)
    expect(await status()).toBeNull()
    clock.advance(1)
    await sweepWebhooks(deps)
    expect(await status()).toBe(clock.now())
  })

  it('that answers now and then is never disabled', async () => {
    await put()
    for (let day = 0; day < 12; day++) {
      receiver.answer = answerWith(day % 4 === 0 ? 204 : 500)
      await tell(fact(`u-${day}`, 1))
      await deliver()
      clock.advance(DAY)
    }
    expect(await describeWebhook(deps, await getWebhook(deps, 'crm'))).toMatchObject({ health: { disabledAt: null } })
  })
})

describe('secrets', () => {
  it('are sealed, and told by nothing but the making and the rotation', async () => {
    const { secret, webhook } = await put()
    expect(secret).toMatch(/^whsec_/)
    expect((await put()).secret).toBeNull()
    const kept = JSON.stringify(await redis.hgetall('fr:webhooks'))
    expect(kept).not.toContain(secret?.slice(6))
    expect(logged.join('')).not.toContain(secret?.slice(6))
    expect(() => deps.sealer.open(webhook.sealedSecret, 'webhook:other')).toThrow('does not belong')
  })

  it('before a rotation sign too for a day, and not longer', async () => {
    const { secret: first } = await put()
    const { secret: second } = await rotateSecret(deps, 'crm')
    await tell(fact('u-1', 1))
    await deliver()
    clock.advance(DAY)
    await tell(fact('u-1', 2))
    await deliver()
    const signatures = receiver.received.map(({ headers }) => String(headers['webhook-signature']).split(' '))
    expect(signatures.map((list) => list.length)).toEqual([2, 1])
    const verify = (secret: string | null) =>
      new Webhook(secret ?? '').verify(
        receiver.received[0]?.text ?? '',
        receiver.received[0]?.headers as Record<string, string>,
      )
    expect(verify(first)).toBeDefined()
    expect(verify(second)).toBeDefined()
  })

  it('sealed by a former ENCRYPTION_KEY sign on, and are sealed anew by PUT', async () => {
    await put()
    deps.sealer = createSealer({ current: Buffer.alloc(32, 8), previous: Buffer.alloc(32, 7) })
    await put()
    deps.sealer = createSealer({ current: Buffer.alloc(32, 8) })
    await tell(fact('u-1', 1))
    await deliver()
    expect(receiver.received).toHaveLength(1)
  })
})

describe('replay', () => {
  it('sends the same body under the same id, and logs the new try beside the old', async () => {
    await put()
    await tell(fact('u-1', 1))
    await deliver()
    const id = receiver.received[0]?.id ?? ''
    expect(await replayDelivery(deps, 'crm', id)).toMatchObject({ delivery: { id, status: 'pending' } })
    await deliver()
    expect(receiver.received.map((one) => one.id)).toEqual([id, id])
    expect(receiver.received[1]?.text).toBe(receiver.received[0]?.text)
    const [item] = await listed()
    expect(item?.delivery).toMatchObject({ status: 'delivered', attempts: [{ status: 204 }, { status: 204 }] })
  })

  it('has a schedule of its own for what had failed for good', async () => {
    await put()
    receiver.answer = answerWith(500)
    await tell(fact('u-1', 1))
    for (let hours = 0; hours < 80; hours++) {
      await deliver()
      clock.advance(HOUR)
    }
    const id = receiver.received[0]?.id ?? ''
    expect((await listed())[0]?.delivery.status).toBe('failed')
    await replayDelivery(deps, 'crm', id)
    await deliver()
    expect((await listed())[0]).toMatchObject({ delivery: { status: 'pending' }, nextAttemptAt: clock.now() + 5_000 })
  })

  it('of what is pending tries it now; of what is unknown is not found', async () => {
    await put()
    receiver.answer = answerWith(500)
    await tell(fact('u-1', 1))
    await deliver()
    receiver.answer = answerWith(204)
    await replayDelivery(deps, 'crm', receiver.received[0]?.id ?? '')
    await deliver()
    expect((await listed())[0]?.delivery.status).toBe('delivered')
    await expect(replayDelivery(deps, 'crm', 'msg_none')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('the log of deliveries', () => {
  it('comes in pages, newest first', async () => {
    await put()
    await tell(...Array.from({ length: 5 }, (_, at) => fact('u-1', at + 1)))
    const first = await listDeliveries(deps, 'crm', { limit: 3, after: undefined })
    const second = await listDeliveries(deps, 'crm', { limit: 3, after: first.next ?? undefined })
    const sequences = [first, second].map(({ items }) =>
      items.map(({ delivery }) => (delivery.fact as MemberFact).sequence),
    )
    expect(sequences).toEqual([
      [5, 4, 3],
      [2, 1],
    ])
    expect(second.next).toBeNull()
  })

  it('keeps the newest thousand that ended, and everything that is pending', async () => {
    await put()
    receiver.answer = ({ body }, response) =>
      void response.writeHead(body.data['member'].id === 'stuck' ? 500 : 204).end()
    await tell(fact('stuck', 1))
    await tell(...Array.from({ length: 1_100 }, (_, at) => fact(`u-${at}`, 1)))
    await deliver()
    clock.advance(20 * MINUTE)
    await tell(...Array.from({ length: 10 }, (_, at) => fact(`v-${at}`, 1)))
    await deliver()
    const { items } = await listDeliveries(deps, 'crm', { limit: 2_000, after: undefined })
    expect(items.filter(({ delivery }) => delivery.status === 'delivered')).toHaveLength(1_000)
    expect(items.filter(({ delivery }) => delivery.status === 'pending')).toHaveLength(1)
    expect(await redis.hlen(webhookKeys('crm').deliveries)).toBe(1_001)
  })

  it('forgets a member who is erased, once everything about it was told', async () => {
    await put()
    await tell(fact('ann@example.com', 1), fact('u-2', 1))
    const ann = { roster: 'gold', member: 'ann@example.com' }
    expect(await forgetMember(deps, ann)).toBe(0)
    await deliver()
    expect(await forgetMember(deps, ann)).toBe(1)
    expect(JSON.stringify(await redis.hgetall(webhookKeys('crm').deliveries))).not.toContain('ann@example.com')
    expect(await listed()).toHaveLength(1)
  })

  it('is gone with its webhook, and a webhook of the same name begins anew', async () => {
    await put()
    receiver.answer = answerWith(500)
    await tell(fact('u-1', 1))
    await deliver()
    await deleteWebhook(deps, 'crm')
    expect(await redis.keys('fr:{wh:crm}:*')).toEqual([])
    await put()
    expect(await listed()).toEqual([])
    expect(await createDeliveries(redis, 'crm').health()).toEqual({ failingSince: null, disabledAt: null })
  })
})
