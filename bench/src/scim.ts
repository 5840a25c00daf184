// A group of an identity provider that is put, taken away and sent again whole.
import { keyAt, startApple } from './support/apple.ts'
import { connect } from './support/connect.ts'
import { cpuOf, cpuOfRedis, memoryOf } from './support/cpu.ts'
import { quantile } from './support/measure.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const PEOPLE = Number(process.env['PEOPLE'] ?? 10_000)
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const AT_ONCE = 50

await using apple = await startApple({ keyCount: 1 })
await using product = await startProduct({ appleUrl: apple.emulator.url })
await connect(product, keyAt(apple, 0))
const roster = await product.send<{ app: { id: string }; group: { id: string } }>('GET', '/v1/rosters/gold')
await product.send('PUT', '/v1/rosters/gold', {
  teamKey: 'acme',
  app: { id: roster.app.id },
  group: { id: roster.group.id },
  removalGuard: { percent: 100, atLeast: PEOPLE + 1 },
  scimGroup: 'Testers',
})

async function scim(method: string, path: string, body: object): Promise<{ id: string }> {
  const headers = { ...product.headers, 'content-type': 'application/scim+json' }
  const answer = await fetch(`${product.url}/scim/v2${path}`, { method, headers, body: JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 300)}`)
  return text === '' ? { id: '' } : (JSON.parse(text) as { id: string })
}

const ids: string[] = []
for (let from = 0; from < PEOPLE; from += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, PEOPLE - from) }, (_, at) =>
    scim('POST', '/Users', { userName: `p${from + at}@example.com`, name: { givenName: 'Ann', familyName: 'Lee' } }),
  )
  ids.push(...(await Promise.all(some)).map(({ id }) => id))
}
// Who stays: a group that is emptied waits for a person, and nobody would leave.
const { id: stays } = await scim('POST', '/Users', { userName: 'stays@example.com' })
const { id: group } = await scim('POST', '/Groups', { displayName: 'Testers', members: [{ value: stays }] })
const members = ids.map((value) => ({ value }))
const patch = (Operations: object[]) => scim('PATCH', `/Groups/${group}`, { Operations })
const add = { op: 'add', path: 'members', value: members }
const remove = { op: 'remove', path: 'members', value: members }

const steps: [string, () => Promise<unknown>][] = [
  ['PATCH: all are added', () => patch([add])],
  ['PATCH: the same once more', () => patch([add])],
  [
    'PUT: the same once more',
    () =>
      scim('PUT', `/Groups/${group}?excludedAttributes=members`, {
        displayName: 'Testers',
        members: [{ value: stays }, ...members],
      }),
  ],
  [
    'PUT: half of them',
    () =>
      scim('PUT', `/Groups/${group}?excludedAttributes=members`, {
        displayName: 'Testers',
        members: [{ value: stays }, ...members.slice(PEOPLE / 2)],
      }),
  ],
  ['PATCH: the others are taken out', () => patch([remove])],
  ['PATCH: all are added again', () => patch([add])],
  ['PATCH: all are taken out', () => patch([remove])],
]
const took = new Map<string, { ms: number[]; mb: number[]; api: number[]; store: number[] }>(
  steps.map(([name]) => [name, { ms: [], mb: [], api: [], store: [] }]),
)
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, step] of steps) {
    const rest = memoryOf(product.api.pid)
    let peak = rest
    const watch = setInterval(() => (peak = Math.max(peak, memoryOf(product.api.pid))), 10)
    const [api, store] = [cpuOf(product.api.pid), await cpuOfRedis(product.client)]
    const begun = performance.now()
    await step()
    const ms = performance.now() - begun
    clearInterval(watch)
    const all = took.get(name)
    all?.ms.push(ms)
    all?.mb.push(peak - rest)
    all?.api.push((cpuOf(product.api.pid) - api) * 1_000)
    all?.store.push(((await cpuOfRedis(product.client)) - store) * 1_000)
  }
}
printTable(
  `One request about a SCIM group of ${PEOPLE.toLocaleString('en-US')} (${ROUNDS} times each)`,
  [
    '',
    'p50, ms',
    'slowest, ms',
    'target, ms',
    "API's CPU, p50, ms",
    "Redis's CPU, p50, ms",
    "API's memory above rest, MB",
  ],
  [...took].map(([name, { ms, mb, api, store }]): [string, number, number, string, number, number, number] => [
    name,
    quantile(ms, 0.5),
    Math.max(...ms),
    '< 1,000',
    quantile(api, 0.5),
    quantile(store, 0.5),
    Math.max(...mb),
  ]),
)
