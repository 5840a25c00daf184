// Workers that come and go by the rule of the ScaledObject, as it stands in deploy/kubernetes, while thousands of lanes are due at once.
import { eventually, readScaledObject, startScaler } from '@flightroster/core/testing'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { preciseNow, startApple } from './support/apple.ts'
import { joins, post } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import type { Program } from './support/programs.ts'
import { printTable } from './support/table.ts'

const LANES = Number(process.env['LANES'] ?? 3_000)
const WORKERS = Number(process.env['WORKERS'] ?? 4)
/** An autoscaler looks at its figures each 15 s, and takes one worker away a minute after five quiet ones. */
const EVERY_MS = Number(process.env['SYNC_SECONDS'] ?? 15) * 1_000
const FASTER_BY = Number(process.env['FASTER_BY'] ?? 10)
const FILE = resolve(import.meta.dirname, '../../deploy/kubernetes/components/keda/scaled-object.yaml')

const rule = readScaledObject(parse(readFileSync(FILE, 'utf8')), FASTER_BY)
// The time to take them away is shortened; what asks for one is what the file says.
const SCALE = { ...rule, threshold: rule.threshold * FASTER_BY, most: WORKERS }

/** Creations by address: one each is what was promised. */
function creationsOf(calls: readonly { method: string; path: string; at: number; body?: unknown }[]) {
  const found = new Map<string, number[]>()
  for (const { method, path, at, body } of calls) {
    if (method !== 'POST' || path !== '/v1/betaTesters') continue
    const email = (body as { data: { attributes: { email: string } } }).data.attributes.email
    found.set(email, [...(found.get(email) ?? []), at])
  }
  return found
}

async function run(name: string, from: number, scales: boolean): Promise<(string | number)[]> {
  await using apple = await startApple({ keyCount: LANES })
  await using product = await startProduct({ appleUrl: apple.emulator.url })
  const lanes = await plant(product, apple.keys, 'lane')
  const running: Program[] = Array.from({ length: from }, () => product.startWorker({ LOG_LEVEL: 'info' }))
  await eventually(() => {
    if (!running.every((worker) => worker.output().includes('worker.started')))
      throw new Error('A worker is not ready.')
  })
  const lateness = async () => {
    const answer = await fetch(`${product.url}/metrics`, { headers: product.headers })
    return Number(/^flightroster_lane_lateness_seconds (\S+)$/m.exec(await answer.text())?.[1])
  }
  const scaler = scales
    ? startScaler({
        rule: SCALE,
        everyMs: EVERY_MS / FASTER_BY,
        running,
        figure: lateness,
        start: () => product.startWorker(),
        stop: (worker) => worker.stop('SIGTERM'),
      })
    : undefined
  const begun = preciseNow()
  const events = lanes.flatMap(({ roster }) => joins(1, { roster, prefix: `${name}-${roster}` }))
  for (let at = 0; at < events.length; at += 50) {
    // A full machine answers 503 now and then; the same ids have one effect.
    await eventually(() => post(product, events.slice(at, at + 50)), { timeoutMs: 60_000, everyMs: 100 })
  }
  const posted = preciseNow()
  const found = await eventually(
    () => {
      const created = creationsOf(apple.emulator.calls())
      if (created.size < LANES) throw new Error(`${created.size} of ${LANES} lanes were visited.`)
      return created
    },
    { timeoutMs: 180_000, everyMs: 100 },
  )
  while (scaler && running.length > SCALE.least) await sleep(250)
  await scaler?.close()
  const calls = [...creationsOf(apple.emulator.calls()).values()]
  const first = [...found.values()].map(([at]) => ((at ?? Number.NaN) - posted) / 1_000)
  return [
    (posted - begun) / 1_000,
    quantile(first, 0.5),
    quantile(first, 0.99),
    Math.max(...first),
    scaler ? scaler.history.map(({ atMs, count }) => `${count} (${(atMs / 1_000).toFixed(0)} s)`).join(', ') : WORKERS,
    calls.filter((times) => times.length !== 1).length,
  ]
}

const columns = [await run('fixed', WORKERS, false), await run('scaled', SCALE.least, true)]
const ROWS = [
  ['posting all of them, s', ''],
  ['202 of the last → visit, p50, s', ''],
  ['202 of the last → visit, p99, s', ''],
  ['the last one, s', '10'],
  ['workers', ''],
  ['calls that were lost or made twice', '0'],
]
printTable(
  `${LANES.toLocaleString('en-US')} lanes due at once; waiting of the rule ${FASTER_BY} times as short`,
  ['', `${WORKERS} workers`, `by the rule, ${SCALE.least} to ${WORKERS}`, 'target'],
  ROWS.map(([name = '', target = ''], at) => [name, columns[0]?.[at] ?? '', columns[1]?.[at] ?? '', target]),
)
