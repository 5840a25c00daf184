// Jobs a second: one worker with an instant Apple beside a bare BullMQ worker; 1, 2 and 4 workers with answers after 100 ms.
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@flightroster/core/testing'
import { Queue } from 'bullmq'
import { creations, keyAt, startApple, type Apple } from './support/apple.ts'
import { connect } from './support/connect.ts'
import { joins, post, type MembershipEvent } from './support/events.ts'
import { interleave, middle, type Side } from './support/measure.ts'
import { startProduct, type Product } from './support/product.ts'
import { startSource } from './support/programs.ts'
import { printTable, times } from './support/table.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
const JOBS = Number(process.env['JOBS'] ?? 1_000)
const LANES = 16
const SLOW_MS = 100
const SLOW_JOBS = Number(process.env['SLOW_JOBS'] ?? 960)
/** Lanes that a worker serves at once: few, so that the machine's two cores are not the limit. */
const VISITS = 4
const WAIT = { timeoutMs: 120_000, everyMs: 50 }

await using apple = await startApple({ keyCount: LANES + 1 })
await using product = await startProduct({ appleUrl: apple.emulator.url })
for (let lane = 0; lane < LANES; lane++) await connect(product, keyAt(apple, lane), `key-${lane}`, `roster-${lane}`)
const bareKey = keyAt(apple, LANES)
const queue = new Queue<MembershipEvent>('naive', { connection: { url: product.redisUrl } })

/** From the first job's call to the last one's: how long a process takes to start is not asked here. */
async function rate(emulator: Apple['emulator'], events: readonly MembershipEvent[]): Promise<number> {
  const calls = await eventually(() => {
    const found = creations(emulator)
    const at = events.map(({ data }) => found.get(data.member.email ?? ''))
    if (at.some((call) => call === undefined)) throw new Error(`${found.size} calls so far`)
    return at as number[]
  }, WAIT)
  const span = Math.max(...calls) - Math.min(...calls)
  return (events.length * 1_000) / span
}

const spread = (count: number, lanes: number) =>
  Array.from({ length: lanes }, (_, lane) => joins(Math.ceil(count / lanes), { roster: `roster-${lane}` })).flat()

async function runOurs(
  jobs: number,
  lanes: number,
  workers: number,
  env: Record<string, string> = {},
): Promise<number> {
  apple.emulator.resetLedgers()
  const events = spread(jobs, lanes)
  await post(product, events)
  const started = Array.from({ length: workers }, () => product.startWorker(env))
  const perSecond = await rate(apple.emulator, events)
  await untilDone(product, lanes)
  await Promise.all(started.map((worker) => worker.stop('SIGTERM')))
  return perSecond
}

/** What one round leaves behind would be the next one's work. */
async function untilDone(product: Product, lanes: number): Promise<void> {
  for (let lane = 0; lane < lanes; lane++) {
    await eventually(async () => {
      const { counts } = await product.send<{ counts: { pending: number } }>('GET', `/v1/rosters/roster-${lane}`)
      if (counts.pending > 0) throw new Error(`${counts.pending} members of roster-${lane} are pending`)
    }, WAIT)
  }
  await sleep(500)
}

async function runBare(jobs: number, workers: number, concurrency: number): Promise<number> {
  apple.emulator.resetLedgers()
  const events = joins(jobs)
  await queue.addBulk(events.map((data) => ({ name: data.type, data })))
  const env = {
    REDIS_URL: product.redisUrl,
    APPLE_URL: apple.emulator.url,
    KEY: JSON.stringify(bareKey),
    CONCURRENCY: String(concurrency),
  }
  const started = await Promise.all(Array.from({ length: workers }, () => startSource('naive/worker.ts', env)))
  const perSecond = await rate(apple.emulator, events)
  await sleep(300)
  await Promise.all(started.map((worker) => worker.stop()))
  return perSecond
}

const side = (name: string, run: () => Promise<number>): Side<number> => ({ name, run })
const value = (results: Map<string, number[]>, name: string) => middle(results.get(name), (round) => round)

const instant = await interleave(
  [
    side('one', () => runOurs(JOBS, 1, 1)),
    side('many', () => runOurs(JOBS, LANES, 1)),
    side('bare', () => runBare(JOBS, 1, 8)),
  ],
  ROUNDS,
)
const bare = value(instant, 'bare')
printTable(
  `Jobs a second, one worker, Apple answers at once (median of ${ROUNDS} rounds of ${JOBS} by turns)`,
  ['', 'jobs/s', 'to bare'],
  [
    ['ours, one team key', value(instant, 'one'), times(value(instant, 'one') / bare)],
    [`ours, ${LANES} team keys`, value(instant, 'many'), times(value(instant, 'many') / bare)],
    ['bare BullMQ worker, concurrency 8', bare, ''],
  ],
)

apple.emulator.settings({ latencyMs: SLOW_MS })
const slow = await interleave(
  [1, 2, 4].map((workers) =>
    side(String(workers), () => runOurs(SLOW_JOBS, LANES, workers, { WORKER_CONCURRENCY: String(VISITS) })),
  ),
  ROUNDS,
)
const one = value(slow, '1')
printTable(
  `Jobs a second over ${LANES} team keys, ${VISITS} visits at once a worker, Apple answers after ${SLOW_MS} ms ` +
    `(median of ${ROUNDS} rounds of ${SLOW_JOBS})`,
  ['workers', 'jobs/s', 'to one worker'],
  ['1', '2', '4'].map((workers) => [workers, value(slow, workers), times(value(slow, workers) / one)]),
)
await queue.close()
