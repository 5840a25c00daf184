// What lists and searches of members cost in rosters of 10,000 and 100,000, and how long each keeps the store from others.
import { keyAt, startApple } from './support/apple.ts'
import { joins, post } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const SIZES = (process.env['SIZES'] ?? '10000,100000').split(',').map(Number)
const ROUNDS = Number(process.env['ROUNDS'] ?? 30)

await using apple = await startApple({ keyCount: 1 })
await using product = await startProduct({ appleUrl: apple.emulator.url })

const ASKED = [
  ['a page', 'limit=100'],
  ['a page of one status', 'limit=100&status=pending'],
  ['a search for one', 'limit=100&q=user-77'],
  ['a search by the last name, which all have', 'limit=100&q=lee'],
  ['a search that finds nobody', 'limit=100&q=nobody'],
  ['a search in letters beyond ASCII', 'limit=100&q=l%C3%A9e'],
] as const

for (const [at, size] of SIZES.entries()) {
  const [planted] = await plant(product, [keyAt(apple, 0)], `size-${at}`)
  const roster = planted?.roster ?? ''
  await post(product, joins(size, { roster }))
  const rows: [string, number, number, number][] = []
  for (const [name, query] of ASKED) rows.push([name, ...(await measure(`/v1/rosters/${roster}/members?${query}`))])
  printTable(
    `Members of a roster of ${size.toLocaleString('en-US')}, ms`,
    ['', 'p50', 'p99', 'longest step of the store'],
    rows,
  )
}

async function measure(path: string): Promise<[number, number, number]> {
  const { client } = product
  await client.config('SET', 'slowlog-log-slower-than', 500)
  await client.config('SET', 'slowlog-max-len', 10_000)
  await client.call('SLOWLOG', 'RESET')
  const waits: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now()
    await product.send('GET', path)
    waits.push(performance.now() - begun)
  }
  const steps = (await client.call('SLOWLOG', 'GET', '-1')) as [number, number, number, string[]][]
  const longest = Math.max(0, ...steps.map(([, , microseconds]) => microseconds)) / 1_000
  return [quantile(waits, 0.5), quantile(waits, 0.99), longest]
}
