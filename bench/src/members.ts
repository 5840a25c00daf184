// What lists, searches and the console's orders of members cost in rosters of 10,000 and 100,000, and how long each keeps the store from others.
import { hashPassword } from '@flightroster/core/testing'
import { keyAt, startApple } from './support/apple.ts'
import { joins, post } from './support/events.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const SIZES = (process.env['SIZES'] ?? '10000,100000').split(',').map(Number)
const ROUNDS = Number(process.env['ROUNDS'] ?? 30)

await using apple = await startApple({ keyCount: 1 })
const PASSWORD = 'correct horse battery'
const hash = hashPassword(PASSWORD)
await using product = await startProduct({
  appleUrl: apple.emulator.url,
  env: { DASHBOARD_USERS: `ann:operator:${hash}` },
})
const cookie = await logIn()

const ASKED = [
  ['a page', 'limit=100'],
  ['a page of one status', 'limit=100&status=pending'],
  ['a search for one', 'limit=100&q=user-77'],
  ['a search by the last name, which all have', 'limit=100&q=lee'],
  ['a search that finds nobody', 'limit=100&q=nobody'],
  ['a search in letters beyond ASCII', 'limit=100&q=l%C3%A9e'],
] as const

/** Of the console. The target is 200 ms for 10,000 members. */
const SHOWN = [
  ['by id', ''],
  ['by name', 'sort=name'],
  ['by name, from the end, of one status', 'sort=-name&status=pending'],
  ['by address', 'sort=address'],
  ['by status', 'sort=status'],
  ['by the last change', 'sort=changed'],
  ['of one reason', 'problem=address_invalid'],
  ['of one reason, by name', 'problem=address_missing&sort=name'],
  ['a search, by name', 'q=lee&sort=name'],
] as const

for (const [at, size] of SIZES.entries()) {
  const [planted] = await plant(product, [keyAt(apple, 0)], `size-${at}`)
  const roster = planted?.roster ?? ''
  await post(product, joins(size, { roster }))
  const list = `/v1/rosters/${roster}/members`
  const rows: [string, number, number, number][] = []
  for (const [name, query] of ASKED)
    rows.push([name, ...(await measure(() => product.send('GET', `${list}?${query}`)))])
  for (const [name, query] of SHOWN) {
    rows.push([`console: ${name}`, ...(await measure(() => openPage(`/console/rosters/${roster}/members?${query}`)))])
  }
  printTable(
    `Members of a roster of ${size.toLocaleString('en-US')}, ms`,
    ['', 'p50', 'p99', 'longest step of the store'],
    rows,
  )
}

async function logIn(): Promise<string> {
  const answer = await fetch(`${product.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ name: 'ann', password: PASSWORD }),
    headers: { origin: product.url },
    redirect: 'manual',
  })
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

async function openPage(path: string): Promise<void> {
  const answer = await fetch(product.url + path, { headers: { cookie } })
  await answer.text()
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
}

async function measure(ask: () => Promise<unknown>): Promise<[number, number, number]> {
  const { client } = product
  await client.config('SET', 'slowlog-log-slower-than', 500)
  await client.config('SET', 'slowlog-max-len', 10_000)
  await client.call('SLOWLOG', 'RESET')
  const waits: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now()
    await ask()
    waits.push(performance.now() - begun)
  }
  const steps = (await client.call('SLOWLOG', 'GET', '-1')) as [number, number, number, string[]][]
  const longest = Math.max(0, ...steps.map(([, , microseconds]) => microseconds)) / 1_000
  return [quantile(waits, 0.5), quantile(waits, 0.99), longest]
}
