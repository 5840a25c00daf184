// Accepted events per second of POST /v1/events beside the naive route, on the same Redis, which syncs every write.
import { freePort } from '@flightroster/core/testing'
import { keyAt, startApple } from './support/apple.ts'
import { connect } from './support/connect.ts'
import { cpuOf, cpuOfRedis } from './support/cpu.ts'
import { joins } from './support/events.ts'
import { postAll } from './support/http-load.ts'
import { interleave, middle, type Side } from './support/measure.ts'
import { startProduct } from './support/product.ts'
import { startSource, type Program } from './support/programs.ts'
import { printTable, times } from './support/table.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 7)
const MODES = [
  { name: 'single events, 1 connection', connections: 1, size: 1, requests: 500, target: '≥ 0.8×' },
  { name: 'single events, 32 connections', connections: 32, size: 1, requests: 3_000, target: '≥ 0.8×' },
  { name: 'batches of 1,000, 1 connection', connections: 1, size: 1_000, requests: 12, target: '≥ 2.5×' },
  { name: 'batches of 1,000, 4 connections', connections: 4, size: 1_000, requests: 12, target: '≥ 2.5×' },
]
type Mode = (typeof MODES)[number]

interface Round {
  perSecond: number
  /** CPU for 1,000 events, ms. */
  apiMs: number
  redisMs: number
}

interface Target {
  name: 'ours' | 'naive'
  url: string
  headers: Record<string, string>
  pid: number | undefined
  worker?: Program
}

await using apple = await startApple({ keyCount: 2 })
const apiNodeArgs = (process.env['API_NODE_ARGS'] ?? '').split(' ').filter(Boolean)
await using product = await startProduct({ appleUrl: apple.emulator.url, apiNodeArgs })
await connect(product, keyAt(apple, 0))
const port = await freePort()
const common = { REDIS_URL: product.redisUrl }
await using route = await startSource('naive/route.ts', { ...common, PORT: String(port) })
const targets: Target[] = [
  { name: 'ours', url: `${product.url}/v1/events`, headers: product.headers, pid: product.api.pid },
  { name: 'naive', url: `http://127.0.0.1:${port}/v1/events`, headers: {}, pid: route.pid },
]

await measure('no worker running', MODES)

const key = JSON.stringify(keyAt(apple, 1))
await using bareWorker = await startSource('naive/worker.ts', { ...common, APPLE_URL: apple.emulator.url, KEY: key })
const [ours, naive] = targets
if (ours) ours.worker = product.startWorker()
if (naive) naive.worker = bareWorker
for (const { worker } of targets) worker?.child.kill('SIGSTOP')
await measure(
  'one worker running on each side',
  MODES.filter(({ connections }) => connections > 1),
)

async function measure(circumstance: string, modes: readonly Mode[]): Promise<void> {
  for (const mode of modes) await interleave(targets.map(toSide(mode)), 1)
  const rows = []
  for (const mode of modes) rows.push(toRow(mode, await interleave(targets.map(toSide(mode)), ROUNDS)))
  printTable(
    `Events accepted per second, ${circumstance} (median of ${ROUNDS} rounds by turns); CPU in ms for 1,000 events`,
    ['', 'ours /s', 'naive /s', 'ratio', 'target', 'API ours', 'API naive', 'Redis ours', 'Redis naive'],
    rows,
  )
}

function toSide(mode: Mode): (target: Target) => Side<Round> {
  return (target) => ({ name: target.name, run: () => runRound(mode, target) })
}

async function runRound({ requests, size, connections }: Mode, target: Target): Promise<Round> {
  const { url, headers, pid, worker } = target
  const bodies = Array.from({ length: requests }, () => JSON.stringify(size === 1 ? joins(1)[0] : joins(size)))
  // The other side's worker stands still meanwhile: its backlog would be paid for by this side.
  worker?.child.kill('SIGCONT')
  const before = { api: cpuOf(pid), redis: await cpuOfRedis(product.client) }
  const seconds = await postAll({ url, headers, connections, bodies })
  const used = { api: cpuOf(pid) - before.api, redis: (await cpuOfRedis(product.client)) - before.redis }
  worker?.child.kill('SIGSTOP')
  const events = requests * size
  const per1000 = (spent: number) => (spent * 1_000 * 1_000) / events
  return { perSecond: events / seconds, apiMs: per1000(used.api), redisMs: per1000(used.redis) }
}

function toRow(mode: Mode, results: Map<string, Round[]>) {
  const of = (name: Target['name'], pick: (round: Round) => number) => middle(results.get(name), pick)
  const rates = [of('ours', (round) => round.perSecond), of('naive', (round) => round.perSecond)] as const
  return [
    mode.name,
    ...rates,
    times(rates[0] / rates[1]),
    mode.target,
    of('ours', (round) => round.apiMs),
    of('naive', (round) => round.apiMs),
    of('ours', (round) => round.redisMs),
    of('naive', (round) => round.redisMs),
  ]
}
