// What thousands of team keys cost one worker at rest, and what an exhausted key's backlog costs the others.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBudget } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { creations, keyAt, preciseNow, startApple } from './support/apple.ts'
import { cpuOf, memoryOf } from './support/cpu.ts'
import { joins, post } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const IDLE = Number(process.env['IDLE'] ?? 20_000)
const OTHERS = Number(process.env['OTHERS'] ?? 3_000)
const BACKLOG = Number(process.env['BACKLOG'] ?? 50_000)
const REST_MS = Number(process.env['REST_SECONDS'] ?? 15) * 1_000
const HOUR_MS = 3_600_000

await using apple = await startApple({ keyCount: OTHERS + 2 })
await using product = await startProduct({ appleUrl: apple.emulator.url })
const idleKey = keyAt(apple, OTHERS + 1)
await plant(
  product,
  Array.from({ length: IDLE }, () => idleKey),
  'idle',
)
const connections = async () => {
  const list = await product.client.client('LIST')
  return String(list).trim().split('\n').length
}
const before = await connections()
const worker = product.startWorker()
await eventually(async () => {
  if ((await connections()) === before) throw new Error(`The worker has no connection yet:\n${worker.output()}`)
})
await sleep(10_000)
const rest = await measureRest()
printTable(
  `One worker at rest with ${IDLE.toLocaleString('en-US')} idle lanes`,
  ['', 'measured', 'target'],
  [
    ['memory (RSS), MB', rest.memoryMb, '< 300'],
    ['Redis connections', (await connections()) - before, '< 20'],
    ['CPU, % of a core', rest.cpuPercent, '< 2'],
    ['Redis commands per second', rest.commandsPerSecond, ''],
  ],
)

async function processed(): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await product.client.info('stats'))?.[1] ?? Number.NaN)
}

async function measureRest() {
  const [cpu, commands] = [cpuOf(worker.pid), await processed()]
  await sleep(REST_MS)
  const seconds = REST_MS / 1_000
  return {
    memoryMb: memoryOf(worker.pid),
    cpuPercent: ((cpuOf(worker.pid) - cpu) / seconds) * 100,
    commandsPerSecond: ((await processed()) - commands) / seconds,
  }
}

const [exhausted] = await plant(product, [keyAt(apple, OTHERS)], 'exhausted')
if (!exhausted) throw new Error('No lane was made.')
const settings = { windowMs: HOUR_MS, defaultLimit: 3_600 }
const budget = createBudget(product.client, exhausted.teamKey, settings)
const spent = { hourLimit: 3_600, hourRemaining: 0, minuteLimit: null, minuteRemaining: null }
await budget.note(spent, 0)
await post(product, joins(BACKLOG, { roster: exhausted.roster, prefix: 'blocked' }))
const others = await plant(product, apple.keys.slice(0, OTHERS), 'other')
const backlogCpu = cpuOf(worker.pid)

const answeredAt = new Map<string, number>()
const events = others.flatMap(({ roster }) => joins(1, { roster, prefix: 'other' }))
for (let from = 0; from < events.length; from += 1_000) {
  const page = events.slice(from, from + 1_000)
  await post(product, page)
  const now = preciseNow()
  for (const { data } of page) answeredAt.set(data.member.email ?? '', now)
}
const calledAt = await eventually(
  () => {
    const found = creations(apple.emulator)
    if (found.size < OTHERS) throw new Error(`${found.size} of ${OTHERS} keys have called Apple.`)
    return found
  },
  { timeoutMs: 60_000, everyMs: 250 },
)
const waits = [...answeredAt].map(([email, at]) => ((calledAt.get(email) ?? Number.NaN) - at) / 1_000)
printTable(
  `${OTHERS.toLocaleString('en-US')} keys with one job each beside ${BACKLOG.toLocaleString('en-US')} jobs of an exhausted key, one worker`,
  ['', 'measured', 'target'],
  [
    ['202 → call of the others, p50, s', quantile(waits, 0.5), ''],
    ['202 → call of the others, p99, s', quantile(waits, 0.99), '< 5'],
    ['memory (RSS), MB', memoryOf(worker.pid), '< 300'],
    ['Redis connections', (await connections()) - before, '< 20'],
    ['worker CPU spent, s', cpuOf(worker.pid) - backlogCpu, ''],
  ],
)
