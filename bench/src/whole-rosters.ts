// What whole rosters cost: planning a list of as many rows as a roster has members, and a reading of a group beside its roster.
import { eventually } from '@flightroster/core/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyAt, startApple } from './support/apple.ts'
import { cpuOf, memoryOf } from './support/cpu.ts'
import { joins, post } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct, type Product } from './support/product.ts'
import type { Program } from './support/programs.ts'
import { printTable } from './support/table.ts'

const ROWS = Number(process.env['ROWS'] ?? 100_000)
const TESTERS = Number(process.env['TESTERS'] ?? 10_000)
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const SAMPLE_MS = 10
const REST_SECONDS = 45
const QUIET_MS = 1_500

await using apple = await startApple({ keyCount: 2 })

/** What it takes from beginning to end: by the clock, of the processor, and the most memory above that of the beginning. */
async function watch(program: Program, step: () => Promise<unknown>): Promise<{ s: number; cpu: number; mb: number }> {
  const [begun, spent, rest] = [performance.now(), cpuOf(program.pid), memoryOf(program.pid)]
  let most = rest
  const timer = setInterval(() => (most = Math.max(most, memoryOf(program.pid))), SAMPLE_MS)
  await step()
  clearInterval(timer)
  return { s: (performance.now() - begun) / 1_000, cpu: cpuOf(program.pid) - spent, mb: most - rest }
}

class NotTaken extends Error {}

async function putList(product: Product, roster: string, type: string, body: string): Promise<void> {
  const answer = await fetch(`${product.url}/v1/rosters/${roster}/members?dryRun=true`, {
    method: 'PUT',
    headers: { ...product.headers, 'content-type': type },
    body,
  })
  const text = await answer.text()
  // A full machine answers 503 now and then: that round says nothing, and is made again.
  if (answer.status === 503) throw new NotTaken(text)
  const { plan } = JSON.parse(text) as { plan?: { add: number; remove: number; unchanged: number } }
  if (plan?.unchanged !== ROWS - 1 || plan.add !== 1 || plan.remove !== 1) throw new Error(text.slice(0, 500))
}

async function measureLists(): Promise<(string | number)[][]> {
  // The first one fills a roster, and its process goes: the next one begins at rest.
  await using product = await startProduct({ appleUrl: apple.emulator.url })
  const [planted] = await plant(product, [keyAt(apple, 0)], 'list')
  const roster = planted?.roster ?? ''
  const people = joins(ROWS, { roster })
  // A full machine answers 503 now and then; the same ids have one effect.
  for (let at = 0; at < people.length; at += 500) await eventually(() => post(product, people.slice(at, at + 500)))
  await product.send('GET', `/v1/rosters/${roster}/members?limit=1`)
  const rows = [...people.slice(1), ...joins(1, { roster })].map(({ data }) => data.member)
  const lists = [
    ['as JSON', 'application/json', JSON.stringify({ members: rows })],
    [
      'as CSV',
      'text/csv',
      ['id,email,firstName,lastName', ...rows.map((row) => Object.values(row).join(','))].join('\n'),
    ],
  ] as const
  const table: (string | number)[][] = []
  for (const [name, type, body] of lists) {
    await product.restartApi()
    await eventually(() => putList(product, roster, type, body))
    // What V8 holds for new objects goes after a while without work.
    await sleep(REST_SECONDS * 1_000)
    const took: Awaited<ReturnType<typeof watch>>[] = []
    while (took.length < ROUNDS) {
      const one = await watch(product.api, () => putList(product, roster, type, body)).catch((error: unknown) => {
        if (!(error instanceof NotTaken)) throw error
      })
      if (one) took.push(one)
    }
    const of = (pick: (one: (typeof took)[number]) => number) => quantile(took.map(pick), 0.5)
    table.push([name, of(({ s }) => s), of(({ cpu }) => cpu), took[0]?.mb ?? Number.NaN])
  }
  return table
}

async function measureReadings(): Promise<(string | number)[]> {
  await using product = await startProduct({
    appleUrl: apple.emulator.url,
    env: { QUIET_AFTER_WRITE_SECONDS: '1', LOG_LEVEL: 'info' },
  })
  const key = keyAt(apple, 1)
  const [planted] = await plant(product, [key], 'reading')
  const roster = planted?.roster ?? ''
  const people = joins(TESTERS, { roster })
  const addresses = people.map(({ data }) => data.member.email ?? '')
  apple.emulator.addTesters(key.group, addresses)
  for (let at = 0; at < people.length; at += 500) await eventually(() => post(product, people.slice(at, at + 500)))
  const worker = product.startWorker()
  await eventually(
    async () => {
      const { counts } = await product.send<{ counts: Record<string, number> }>('GET', `/v1/rosters/${roster}`)
      if (counts['pending'] !== 0) throw new Error(`${counts['pending']} are pending.`)
    },
    { timeoutMs: 600_000, everyMs: 500 },
  )
  const took: Awaited<ReturnType<typeof watch>>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(QUIET_MS)
    took.push(
      await watch(worker, async () => {
        const { id } = await product.send<{ id: string }>('POST', `/v1/rosters/${roster}/reconciliations`)
        await eventually(
          async () => {
            const path = `/v1/rosters/${roster}/reconciliations/${id}`
            const { status } = await product.send<{ status: string }>('GET', path)
            if (status !== 'done') throw new Error(`It is ${status}.`)
          },
          { timeoutMs: 120_000, everyMs: 100 },
        )
      }),
    )
  }
  const of = (pick: (one: (typeof took)[number]) => number) => quantile(took.map(pick), 0.5)
  return [of(({ s }) => s), of(({ cpu }) => cpu * 1_000), of(({ mb }) => mb)]
}

const readings = await measureReadings()
printTable(
  `A reading of ${TESTERS.toLocaleString('en-US')} testers, all of them known, ${ROUNDS} times`,
  ['', 's', "worker's processor time, ms", 'MB above before', 'target'],
  [['the middle', ...readings, '150 ms']],
)
printTable(
  `A list of ${ROWS.toLocaleString('en-US')} over as many, one joins and one leaves, ${ROUNDS} times; planned only`,
  ['', 's', "API's processor time, s", 'MB above rest, the first', 'target'],
  (await measureLists()).map((row) => [...row, '3 s; 80 MB']),
)
