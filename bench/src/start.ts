// What a start costs: processor time until a process is ready, and memory while it has nothing to do.
import { eventually, freePort } from '@flightroster/core/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApple } from './support/apple.ts'
import { cpuOf, memoryOf } from './support/cpu.ts'
import { quantile } from './support/measure.ts'
import { startProduct } from './support/product.ts'
import type { Program } from './support/programs.ts'
import { printTable } from './support/table.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const REST_SECONDS = Number(process.env['REST_SECONDS'] ?? 75)

await using apple = await startApple({ keyCount: 1 })

async function untilReady(worker: Program): Promise<void> {
  await eventually(async () => {
    if (!worker.output().includes('worker.started')) throw new Error(`The worker is not ready:\n${worker.output()}`)
  })
}

const spent = { api: [] as number[], worker: [] as number[] }
const first: number[] = []
const kept = { api: Number.NaN, worker: Number.NaN }
for (let round = 0; round < ROUNDS; round++) {
  await using product = await startProduct({ appleUrl: apple.emulator.url })
  spent.api.push(cpuOf(product.api.pid))
  const begun = performance.now()
  await product.send('GET', '/v1/rosters')
  first.push(performance.now() - begun)
  const worker = product.startWorker({ WORKER_PORT: String(await freePort()), LOG_LEVEL: 'info' })
  await untilReady(worker)
  spent.worker.push(cpuOf(worker.pid))
  if (round < ROUNDS - 1) continue
  await sleep(REST_SECONDS * 1_000)
  kept.api = memoryOf(product.api.pid)
  kept.worker = memoryOf(worker.pid)
}

printTable(
  `A start, ${ROUNDS} times; at rest: after ${REST_SECONDS} s without work`,
  ['', 'API', 'worker', 'target'],
  [
    ['processor time until ready, s, the middle', quantile(spent.api, 0.5), quantile(spent.worker, 0.5), '0.8; 0.5'],
    ['the most', Math.max(...spent.api), Math.max(...spent.worker), ''],
    ['the first request, ms, the middle', quantile(first, 0.5), '', ''],
    ['memory at rest, MB', kept.api, kept.worker, '90; 90'],
  ],
)
