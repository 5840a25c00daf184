// Four workers on one exhausted key: how much of what the reserve allows is used, and what another key's events wait meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@flightroster/core/testing'
import { creations, keyAt, preciseNow, startApple } from './support/apple.ts'
import { joins, post } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const WINDOW_MS = Number(process.env['WINDOW_SECONDS'] ?? 30) * 1_000
const JOBS = Number(process.env['JOBS'] ?? 1_000)
const LIMIT = 200
/** What is left to others who use the key: 5 % by default. */
const RESERVE = 10
const OTHERS_SHARE = 0.1

await using apple = await startApple({ keyCount: 2, quota: { hourLimit: LIMIT, windowMs: WINDOW_MS } })
await using product = await startProduct({
  appleUrl: apple.emulator.url,
  env: { BUDGET_WINDOW_SECONDS: String(WINDOW_MS / 1_000) },
})
const [busy, calm] = await plant(product, [keyAt(apple, 0), keyAt(apple, 1)], 'key')
if (!busy || !calm) throw new Error('No lanes were made.')
for (let count = 0; count < 4; count++) product.startWorker()
await sleep(3_000)

const foreign: number[] = []
const spend = setInterval(
  () => {
    apple.emulator.spendQuota(keyAt(apple, 0).keyId, 1)
    foreign.push(preciseNow())
  },
  WINDOW_MS / (LIMIT * OTHERS_SHARE),
)
await post(product, joins(JOBS, { roster: busy.roster, prefix: 'busy' }))
const waits = new Map<string, number>()
let done = false
const calmEvents = (async () => {
  while (!done) {
    const [event] = joins(1, { roster: calm.roster, prefix: 'calm' })
    if (!event) return
    await post(product, [event])
    waits.set(event.data.member.email ?? '', preciseNow())
    await sleep(WINDOW_MS / (LIMIT / 2))
  }
})()
await eventually(
  () => {
    const made = [...creations(apple.emulator).keys()].filter((email) => email.startsWith('busy')).length
    if (made < JOBS) throw new Error(`${made} of ${JOBS} were created.`)
  },
  { timeoutMs: (JOBS / LIMIT) * WINDOW_MS * 3, everyMs: 500 },
)
done = true
clearInterval(spend)
await calmEvents
await sleep(3_000)

const calls = apple.emulator.calls()
const own = calls.filter(({ keyId }) => keyId === keyAt(apple, 0).keyId).map(({ at }) => at)
const within = (times: readonly number[], until: number) =>
  times.filter((at) => at > until - WINDOW_MS && at <= until).length
const [first, last] = [Math.min(...own), Math.max(...own)]
const moments: number[] = []
for (let at = first + WINDOW_MS; at <= last; at += WINDOW_MS / 200) moments.push(at)
const shares = moments.map((at) => within(own, at) / (LIMIT - RESERVE - within(foreign, at)))
const most = Math.max(...own.map((at) => within(own, at)))
const createdAt = creations(apple.emulator)
const calmWaits = [...waits].map(([email, at]) => ((createdAt.get(email) ?? Number.NaN) - at) / 1_000)
printTable(
  `${JOBS.toLocaleString('en-US')} jobs of one key, quota ${LIMIT} in ${WINDOW_MS / 1_000} s, another user takes 10 %, four workers`,
  ['', 'measured', 'target'],
  [
    ['answers 429', calls.filter(({ status }) => status === 429).length, '0'],
    ['most calls of ours in any window', most, `<= ${LIMIT - RESERVE}`],
    [
      'share of what the reserve allows, mean',
      shares.reduce((sum, share) => sum + share, 0) / shares.length,
      '>= 0.97',
    ],
    ['share, least', Math.min(...shares), ''],
    ['another key: 202 → call, p99, s', quantile(calmWaits, 0.99), '< 2'],
  ],
)
