import { Redis } from 'ioredis'
import { createUrlGuard } from '../src/callbacks/index.ts'
import { ownNames } from './names.ts'
import type { MemberFact } from '../src/domain/fact.ts'
import { createLog } from '../src/log.ts'
import { createSealer, createToRef } from '../src/secrets/index.ts'
import { createDeliveryLine, createFacts, createStore, type ListedDelivery } from '../src/store/index.ts'
import {
  createWebhookDirectory,
  listDeliveries,
  putWebhook,
  tellFacts,
  tryDelivery,
} from '../src/usecases/callbacks/index.ts'
import { createSettableClock, type SettableClock } from './clock.ts'
import { startReceiver, type Receiver } from './receiver.ts'
import { startRedis } from './redis.ts'

/** Webhooks of one endpoint on this machine, a real Redis, and a clock that stands still; tries are made when told to. */
export interface CallbacksRig {
  redis: Redis
  clock: SettableClock
  receiver: Receiver
  /** What the use cases need; a test may put another guard or sealer in. */
  deps: ReturnType<typeof makeDeps>
  /** Every line of the log. */
  logged: string[]
  /** Puts the webhook `crm`, which asks for everything. */
  put(input?: Partial<Parameters<typeof putWebhook>[1]>): ReturnType<typeof putWebhook>
  fact(member: string, sequence: number): MemberFact
  tell(...facts: MemberFact[]): Promise<void>
  /** Tries whatever is due now, as a worker does, until nothing is. */
  deliver(webhook?: string): Promise<void>
  /** The log of deliveries, newest first. */
  listed(webhook?: string): Promise<ListedDelivery[]>
  /** What the endpoint was told, as `member:sequence`. */
  told(): string[]
  [Symbol.asyncDispose](): Promise<void>
}

function makeDeps(redis: Redis, clock: SettableClock, logged: string[]) {
  const store = createStore(redis)
  return {
    store,
    clock,
    toRef: createToRef(Buffer.alloc(32, 9)),
    sealer: createSealer({ current: Buffer.alloc(32, 7) }),
    log: createLog({ level: 'debug', name: 'test' }, { write: (line: string) => void logged.push(line) }),
    urlGuard: createUrlGuard({ allowPrivate: true, resolve: ownNames }),
    publicUrl: 'https://flightroster.example.com/beta',
    directory: createWebhookDirectory({ store, clock }),
    random: () => 0.5,
    signal: new AbortController().signal,
    // A receiver that answers does so in time, on a busy machine too.
    timeoutMs: 30_000,
  }
}

export async function startCallbacksRig(): Promise<CallbacksRig> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  // Signatures are checked against the wall clock.
  const clock = createSettableClock(Date.now())
  const receiver = await startReceiver()
  const logged: string[] = []
  const deps = makeDeps(redis, clock, logged)
  return {
    redis,
    clock,
    receiver,
    deps,
    logged,
    put: (input = {}) =>
      putWebhook(deps, { id: 'crm', url: receiver.url, types: ['*'], rosters: null, includeEmail: false, ...input }),
    fact: (member, sequence) => ({
      type: 'member.invited',
      roster: 'gold',
      member,
      sequence,
      status: 'invited',
      problem: null,
      at: clock.now(),
    }),
    async tell(...facts) {
      await createFacts(redis, 'acme').add(facts)
      await tellFacts(deps, 'acme')
    },
    async deliver(webhook = 'crm') {
      for (;;) {
        const { claims } = await createDeliveryLine(redis).claim(webhook, { now: clock.now(), max: 100 })
        if (claims.length === 0) return
        await Promise.all(claims.map((claim) => tryDelivery(deps, claim)))
      }
    },
    async listed(webhook = 'crm') {
      const { items } = await listDeliveries(deps, webhook, { limit: 1_000, after: undefined })
      return items
    },
    told: () => receiver.received.map(({ body }) => `${body.data['member'].id}:${body.data['sequence']}`),
    async [Symbol.asyncDispose]() {
      await receiver.close()
      redis.disconnect()
      await server.close()
    },
  }
}
