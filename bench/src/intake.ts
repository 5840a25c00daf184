// Accepted events per second of POST /v1/events beside the naive route, on the same Redis, which syncs every write.
import { laneKeys } from '@flightroster/core/store'
import { eventually, freePort } from '@flightroster/core/testing'
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
  { name: 'single events, 1 connection', connections: 1, size: 1, requests: 500, target: '≥ 1.0×' },
  { name: 'single events, 32 connections', connections: 32, size: 1, requests: 3_000, target: '≥ 1.5×' },
  { name: 'batches of 1,000, 1 connection', connections: 1, size: 1_000, requests: 12, target: '≥ 3.5×' },
  { name: 'batches of 1,000, 4 connections', connections: 4, size: 1_000, requests: 12, target: '≥ 3.5×' },
]
type Mode = (typeof MODES)[number]
const TEAM_KEY = 'acme'

interface Round {
  perSecond: number
  /** The same until each has its job: the naive route answers then, ours before. */
  madePerSecond: number
  /** CPU for 1,000 events and their jobs, ms. */
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
await connect(product, keyAt(apple, 0), TEAM_KEY)
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
    `Events accepted per second, ${circumstance} (median of ${ROUNDS} rounds by turns); CPU in ms for 1,000 events with their jobs`,
    [
      '',
      'ours /s',
      'naive /s',
      'ratio',
      'target',
      'ours /s, jobs made',
      'to naive',
      'API ours',
      'API naive',
      'Redis ours',
      'Redis naive',
    ],
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
  const begun = performance.now()
  const seconds = await postAll({ url, headers, connections, bodies })
  // Else the other side would pay for jobs of this one that are still to be made.
  if (target.name === 'ours') await eventually(expectJobs, { timeoutMs: 60_000, everyMs: 5 })
  const madeSeconds = (performance.now() - begun) / 1_000
  const used = { api: cpuOf(pid) - before.api, redis: (await cpuOfRedis(product.client)) - before.redis }
  worker?.child.kill('SIGSTOP')
  const events = requests * size
  const per1000 = (spent: number) => (spent * 1_000 * 1_000) / events
  return {
    perSecond: events / seconds,
    madePerSecond: events / madeSeconds,
    apiMs: per1000(used.api),
    redisMs: per1000(used.redis),
  }
}

async function expectJobs(): Promise<void> {
  if ((await product.client.zcard(laneKeys(TEAM_KEY).outboxInteractive)) > 0) throw new Error('Not all have a job yet.')
}

function toRow(mode: Mode, results: Map<string, Round[]>) {
  const of = (name: Target['name'], pick: (round: Round) => number) => middle(results.get(name), pick)
  const rates = [of('ours', (round) => round.perSecond), of('naive', (round) => round.perSecond)] as const
  const made = of('ours', (round) => round.madePerSecond)
  return [
    mode.name,
    ...rates,
    times(rates[0] / rates[1]),
    mode.target,
    made,
    times(made / rates[1]),
    of('ours', (round) => round.apiMs),
    of('naive', (round) => round.apiMs),
    of('ours', (round) => round.redisMs),
    of('naive', (round) => round.redisMs),
  ]
}
