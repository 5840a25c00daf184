import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { eventually, startCuttingProxy, startReceiver, timePasses } from '@flightroster/core/testing'
import type { FaultRule } from '@flightroster/emulator'
import { createLedger } from './support/ledger.ts'
import { startStack } from './support/stack.ts'
import { supervise } from './support/supervisor.ts'

/** Minutes of it find what no commit waits for. */
const SECONDS = Number(process.env['MIXTURE_SECONDS'] ?? 30)
const SEED = Number(process.env['MIXTURE_SEED'] ?? Date.now() % 1_000_000_000)
const PEOPLE = 250
const HEALED_MS = 180_000
/** A fetch of jobs, as BullMQ's script is asked for it. */
const FETCH = 'lockDuration'
const LONGER_THAN_A_LEASE_MS = 17_000

const APPLE: FaultRule[] = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 500, when: 'after', match: { probability: 0.5 } },
  { kind: 'status', status: 429, match: { probability: 0.3 } },
  { kind: 'delay', delayMs: 2_000, match: { probability: 0.3 } },
  { kind: 'drop', when: 'after' },
]

it(
  `strands, mails twice and tells twice nobody through all kinds of deaths at once (seed ${SEED})`,
  { timeout: SECONDS * 1_000 + 360_000 },
  async () => {
    process.stdout.write(`MIXTURE_SEED=${SEED}\n`)
    let state = SEED
    const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
    const receiver = await startReceiver()
    await using stack = await startStack({
      workers: 0,
      emulator: { latencyMs: 15, quota: { hourLimit: 1_000_000 } },
      env: { WEBHOOK_ALLOW_PRIVATE: 'true', BLOCKED_CHECK_SECONDS: '5' },
    })
    await using proxy = await startCuttingProxy(stack.redis.port)
    await stack.api.must('PUT', '/v1/webhooks/all', { url: receiver.url, types: ['*'] }, 201)
    const url = `redis://127.0.0.1:${proxy.port}`
    const workers = [0, 1].map(() => supervise(() => stack.startWorker({ REDIS_URL: url, LOG_LEVEL: 'warn' })))
    const worker = () => workers[Math.floor(random() * workers.length)]
    const harms: (() => Promise<unknown>)[] = [
      async () => worker()?.end('SIGKILL'),
      async () => worker()?.end('SIGKILL'),
      async () => {
        const one = worker()
        one?.signal('SIGSTOP')
        await timePasses(random() < 0.3 ? LONGER_THAN_A_LEASE_MS : 2_000 * random())
        one?.signal('SIGCONT')
      },
      async () => {
        await stack.killApi('SIGKILL')
        await stack.startApi()
      },
      async () => {
        await stack.redis.kill()
        await stack.redis.restart()
      },
      async () =>
        stack.emulator.failNext({ forMs: 500 + 3_000 * random(), ...APPLE[Math.floor(random() * APPLE.length)]! }),
      async () =>
        stack.emulator.failNext({ forMs: 500 + 3_000 * random(), ...APPLE[Math.floor(random() * APPLE.length)]! }),
    ]
    try {
      const ledger = createLedger(SEED)
      const lives = ledger.shuffle(ledger.lives(PEOPLE))
      const end = Date.now() + SECONDS * 1_000
      proxy.cutAfter((sent) => random() < (sent.includes(FETCH) ? 0.05 : 0.005), Infinity)
      const posting = (async () => {
        while (Date.now() < end) {
          const events = lives.splice(0, 6)
          if (events.length > 0)
            await eventually(() => ledger.postOnce(stack.api, events), { timeoutMs: 120_000, everyMs: 200 })
          await timePasses(300)
        }
      })()
      let done = 0
      for (; Date.now() < end; done++) {
        await harms[Math.floor(random() * harms.length)]?.()
        await timePasses(700 * random())
      }
      await posting
      proxy.cutAfter(() => false, 0)
      stack.emulator.clearFaults()
      process.stdout.write(`${done} harms, ${proxy.cuts()} connections cut\n`)

      const store = new Redis(stack.redis.url)
      await eventually(
        async () => {
          ledger.expectGroup(stack.emulator, stack.group)
          const { body } = await stack.api.get<{ lane: Record<string, number> }>('/v1/team-keys/acme')
          expect(body.lane).toMatchObject({ waiting: 0, active: 0, failed: 0 })
          expect(await store.keys('fr:*:lock')).toEqual([])
          expect(await store.llen('fr:{acme}:facts')).toBe(0)
        },
        { timeoutMs: HEALED_MS, everyMs: 1_000 },
      )
      await stack.api.must('POST', '/v1/team-keys/acme/check', undefined, 200)
      await timePasses(3_000)
      store.disconnect()
      ledger.expectOneMailEach(stack.emulator)
      // Whoever the law's scan had to record again had been stranded.
      expect(stack.output()).not.toContain('lane.members_recovered')
      const ids = new Map<string, Set<string>>()
      for (const { id, body } of receiver.received) {
        const { member, roster, sequence } = body.data
        const fact = JSON.stringify([body.type, roster, member?.id, sequence])
        ids.set(fact, (ids.get(fact) ?? new Set()).add(id))
      }
      expect(ids.size).toBeGreaterThan(20)
      expect([...ids].filter(([, those]) => those.size > 1).map(([fact]) => fact)).toEqual([])
      expect(stack.emulator.violations()).toEqual([])
      expect(workers.flatMap((one) => one.deaths())).toEqual([])
    } finally {
      for (const one of workers) one.stop()
      await receiver.close()
    }
  },
)
