import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { eventually, timePasses } from '@flightroster/core/testing'
import type { FaultRule } from '@flightroster/emulator'
import { Redis } from 'ioredis'
import type { Stack } from '../stack.ts'
import type { Supervisor } from '../supervisor.ts'

/** One way to do harm, by its row in docs/failure-modes.md. What it broke works again when `cause` has ended, or soon after. */
export interface Harm {
  id: string
  name: string
  /** How often, beside the others. */
  weight: number
  /** Also in the short run of every test run. */
  isShort?: true
  cause(): Promise<void>
}

const APPLE_FAULTS: { id: string; name: string; isShort?: true; rule: FaultRule }[] = [
  { id: 'A5', name: '500, half of them carried out', isShort: true, rule: rule('status', 500, 0.5, { when: 'after' }) },
  { id: 'A5', name: '503', isShort: true, rule: rule('status', 503) },
  { id: 'A5', name: 'HTML', isShort: true, rule: { kind: 'html' } },
  { id: 'A5', name: 'garbage', rule: { kind: 'garbage' } },
  { id: 'A5', name: 'cut JSON', isShort: true, rule: { kind: 'truncated' } },
  { id: 'A5', name: '50 MB', rule: { kind: 'huge', times: 1 } },
  { id: 'A5', name: 'a drip', rule: { kind: 'drip', delayMs: 20, times: 3 } },
  {
    id: 'A5',
    name: 'late answers',
    isShort: true,
    rule: { kind: 'delay', delayMs: 2_000, match: { probability: 0.2 } },
  },
  { id: 'A6', name: 'connections lost before the answer', isShort: true, rule: { kind: 'drop' } },
  { id: 'A6', name: 'answers lost', isShort: true, rule: { kind: 'drop', when: 'after' } },
  { id: 'A6', name: 'answers cut by a reset', isShort: true, rule: { kind: 'reset-mid' } },
  { id: 'A11', name: 'answers that do not fit', isShort: true, rule: { kind: 'wrong-shape' } },
  { id: 'A1', name: 'random 401s', isShort: true, rule: rule('status', 401, 0.3) },
  { id: 'A4', name: '429', isShort: true, rule: rule('status', 429, 0.3) },
  { id: 'A4', name: 'no limit header', rule: { kind: 'no-rate-header' } },
  {
    id: 'A3',
    name: '409 without a word',
    isShort: true,
    rule: rule('status', 409, 0.5, { match: { method: 'POST' } }),
  },
  { id: 'A8', name: 'short listings', rule: { kind: 'short-list', match: { method: 'GET' } } },
  { id: 'A8', name: 'listings that repeat rows', rule: { kind: 'repeat-rows', match: { method: 'GET' } } },
  {
    id: 'A8',
    name: 'empty listings',
    rule: { kind: 'empty-list', match: { path: '/v1/betaGroups/{id}/betaTesters' } },
  },
  { id: 'A12', name: 'look-ups refused', rule: rule('status', 400, 0.5, { match: { method: 'GET' } }) },
]

function rule(kind: 'status', status: number, probability?: number, more: Partial<FaultRule> = {}): FaultRule {
  const match = { ...more.match, ...(probability === undefined ? {} : { probability }) }
  return { kind, status, ...more, match }
}

export function createHarms(stack: Stack, workers: Supervisor[], random: () => number): Harm[] {
  const { redis, emulator, api } = stack
  const upTo = (ms: number) => Math.round(random() * ms)
  const oneOf = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]
  const worker = () => oneOf(workers)
  const must = (path: string) => eventually(() => api.must('POST', path, undefined, 200))
  const withRedis = async (work: (client: Redis) => Promise<unknown>) => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: null })
    client.on('error', () => {})
    await work(client)
    client.disconnect()
  }

  const processes: Harm[] = [
    { id: 'F7', name: 'a worker is killed', isShort: true, weight: 8, cause: async () => worker()?.end('SIGKILL') },
    {
      id: 'F9',
      name: 'a worker is told to end',
      isShort: true,
      weight: 4,
      cause: async () => worker()?.end('SIGTERM'),
    },
    {
      id: 'F9',
      name: 'a worker is told twice to end',
      weight: 3,
      cause: async () => worker()?.endTwice('SIGTERM', upTo(200)),
    },
    {
      id: 'F10',
      name: 'one more worker, for seconds',
      weight: 2,
      async cause() {
        const more = stack.startWorker()
        await timePasses(1_000 + upTo(3_000))
        await more.stop(random() < 0.5 ? 'SIGTERM' : 'SIGKILL')
      },
    },
    {
      id: 'F7',
      name: 'a worker stands still for seconds',
      weight: 3,
      async cause() {
        const one = worker()
        one?.signal('SIGSTOP')
        await timePasses(upTo(3_000))
        one?.signal('SIGCONT')
      },
    },
    {
      id: 'I3',
      name: 'the API dies',
      isShort: true,
      weight: 6,
      async cause() {
        await stack.killApi(random() < 0.7 ? 'SIGKILL' : 'SIGTERM')
        await stack.startApi()
      },
    },
  ]

  const store: Harm[] = [
    {
      id: 'F1',
      name: 'Redis is killed',
      isShort: true,
      weight: 5,
      async cause() {
        await redis.kill()
        await timePasses(upTo(500))
        await redis.restart()
      },
    },
    {
      id: 'F2',
      name: 'Redis hangs',
      isShort: true,
      weight: 7,
      async cause() {
        redis.freeze()
        // Now and then for longer than a lease.
        await timePasses(random() < 0.2 ? 18_000 : upTo(3_000))
        redis.thaw()
      },
    },
    {
      id: 'F6',
      name: 'every connection to Redis is reset',
      weight: 5,
      cause: () => withRedis((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal')),
    },
    {
      id: 'F6',
      name: 'Redis forgets its scripts',
      isShort: true,
      weight: 4,
      cause: () => withRedis((client) => client.script('FLUSH')),
    },
    {
      id: 'F16',
      name: 'the index of due lanes is lost',
      isShort: true,
      weight: 4,
      cause: () => stack.flushReadyIndex(),
    },
    {
      id: 'F4',
      name: 'Redis is full',
      weight: 3,
      cause: () =>
        withRedis(async (client) => {
          const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1])
          await client.config('SET', 'maxmemory', String(used))
          await timePasses(upTo(2_000))
          await client.config('SET', 'maxmemory', '0')
        }),
    },
    {
      id: 'F20',
      name: 'Redis can not write to its disk',
      weight: 2,
      cause: () => withRedis((client) => refuseWrites(client, join(redis.directory, 'dump.rdb'), upTo(2_000))),
    },
  ]

  const apple: Harm[] = [
    ...APPLE_FAULTS.map(({ rule: fault, ...named }) => ({
      ...named,
      weight: 2,
      cause: async () => void emulator.failNext({ forMs: 500 + upTo(4_000), ...fault }),
    })),
    {
      id: 'A1',
      name: 'an agreement is missing',
      weight: 2,
      async cause() {
        emulator.setAgreementsOk(false)
        await timePasses(1_000 + upTo(3_000))
        emulator.setAgreementsOk(true)
      },
    },
    {
      id: 'A3',
      name: 'the app is full',
      weight: 2,
      async cause() {
        emulator.settings({ seatsPerApp: emulator.groupMembers(stack.group).length })
        await timePasses(1_000 + upTo(3_000))
        emulator.settings({ seatsPerApp: 10_000 })
      },
    },
    {
      id: 'A7',
      name: 'reads lag',
      isShort: true,
      weight: 4,
      cause: async () => emulator.settings({ readLagMs: upTo(4_000) }),
    },
    {
      id: 'A9',
      name: 'somebody is taken out by hand',
      weight: 4,
      async cause() {
        const one = oneOf(emulator.groupMembers(stack.group))
        if (one !== undefined) emulator.removeTester(one, { groupId: stack.group })
      },
    },
    {
      id: 'F25',
      name: 'the roster is paused, and goes on',
      weight: 3,
      async cause() {
        await must('/v1/rosters/gold/pause')
        await timePasses(upTo(2_000))
        await must('/v1/rosters/gold/resume')
      },
    },
  ]
  return [...processes, ...store, ...apple]
}

/** A snapshot that can't be put in place, as on a full disk: until one can, Redis refuses writes. */
async function refuseWrites(client: Redis, blocked: string, forMs: number): Promise<void> {
  const become = (status: string) =>
    eventually(async () => {
      await client.call('BGSAVE', 'SCHEDULE').catch(() => {})
      const told = /rdb_last_bgsave_status:(\w+)/.exec(await client.info('persistence'))?.[1]
      if (told !== status) throw new Error(`The last snapshot is told as ${told}.`)
    })
  // The snapshot of the last time.
  rmSync(blocked, { force: true })
  mkdirSync(blocked)
  await client.config('SET', 'save', '3600 1')
  await become('err')
  await timePasses(forMs)
  rmdirSync(blocked)
  await become('ok')
  await client.config('SET', 'save', '')
}

/** One of them, the heavier the likelier. */
export function choose(harms: readonly Harm[], random: () => number): Harm {
  let left = random() * harms.reduce((sum, { weight }) => sum + weight, 0)
  const found = harms.find(({ weight }) => (left -= weight) < 0)
  const chosen = found ?? harms.at(-1)
  if (!chosen) throw new Error('There is no harm to do.')
  return chosen
}
