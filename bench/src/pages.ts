// What the pages cost with thousands of lanes, and whether events notice that passwords are guessed meanwhile.
import { hashPassword } from '@flightroster/core/testing'
import { keyAt, startApple } from './support/apple.ts'
import { joins } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const LANES = Number(process.env['LANES'] ?? 5_000)
const ROUNDS = Number(process.env['ROUNDS'] ?? 30)
const EVENTS = 400
const PASSWORD = 'correct horse battery'

await using apple = await startApple({ keyCount: 1 })
const hash = hashPassword(PASSWORD)
await using product = await startProduct({
  appleUrl: apple.emulator.url,
  env: { DASHBOARD_USERS: `ann:operator:${hash},bob:operator:${hash}` },
})
const lanes = await plant(
  product,
  Array.from({ length: LANES }, () => keyAt(apple, 0)),
  'lane',
)
const [lane] = lanes
if (!lane) throw new Error('No lane was made.')
const cookie = await logIn('ann', PASSWORD)

async function logIn(name: string, password: string): Promise<string> {
  const answer = await fetch(`${product.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ name, password }),
    headers: { origin: product.url },
    redirect: 'manual',
  })
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

async function timePage(path: string): Promise<number> {
  const begun = performance.now()
  const answer = await fetch(product.url + path, { headers: { cookie } })
  await answer.text()
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
  return performance.now() - begun
}

const PAGES = [
  ['no page at all', '/healthz', ''],
  ['lanes page', '/lanes', '< 500'],
  ['lanes page, searched', '/lanes?q=lane-49', '< 500'],
  ['dashboard', '/dashboard', '< 500'],
  ['dashboard, its poll', '/dashboard/api/queues', '< 500'],
] as const
const times = new Map<string, number[]>(PAGES.map(([, path]) => [path, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [, path] of PAGES) times.get(path)?.push(await timePage(path))
}
printTable(
  `Pages with ${LANES.toLocaleString('en-US')} lanes, ms`,
  ['', 'p50', 'p99', 'target of p99'],
  PAGES.map(([name, path, target]) => [
    name,
    quantile(times.get(path) ?? [], 0.5),
    quantile(times.get(path) ?? [], 0.99),
    target,
  ]),
)

async function timeEvents(): Promise<number[]> {
  const waits: number[] = []
  for (let count = 0; count < EVENTS; count++) {
    const begun = performance.now()
    await product.send('POST', '/v1/events', joins(1, { roster: lane?.roster ?? '', prefix: 'page' })[0])
    waits.push(performance.now() - begun)
  }
  return waits
}

const quiet = await timeEvents()
let isGuessing = true
let tried = 0
const guessers = Array.from({ length: 10 }, async () => {
  while (isGuessing) {
    await logIn('bob', `guess-${tried}`)
    tried++
  }
})
const guessed = await timeEvents()
isGuessing = false
await Promise.all(guessers)
printTable(
  `Events while ten guessers try passwords (${tried.toLocaleString('en-US')} were tried), ms`,
  ['', 'p50', 'p99'],
  [
    ['nobody guesses', quantile(quiet, 0.5), quantile(quiet, 0.99)],
    ['ten guess', quantile(guessed, 0.5), quantile(guessed, 0.99)],
  ],
)
