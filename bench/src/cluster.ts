// A Redis Cluster of three masters with many lanes: what comes in, what is visited and told, lists and pages, where memory lies, and
// whether anything is lost while slots move and all nodes start again.
import { eventually, hashPassword, startReceiver, startRedisCluster } from '@flightroster/core/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { creations, startApple } from './support/apple.ts'
import { lookAtNodes } from './support/cluster-nodes.ts'
import { cpuOf, memoryOf } from './support/cpu.ts'
import { joins, type MembershipEvent } from './support/events.ts'
import { postAll } from './support/http-load.ts'
import { quantile } from './support/measure.ts'
import { plant } from './support/plant.ts'
import { startProduct } from './support/product.ts'
import type { Program } from './support/programs.ts'
import { printTable } from './support/table.ts'
import { startVisitor } from './support/visitor.ts'

const LANES = Number(process.env['LANES'] ?? 10_000)
const WORKERS = Number(process.env['WORKERS'] ?? 2)
/** Lanes that are due at once. */
const DUE = Math.min(LANES, Number(process.env['DUE'] ?? 3_000))
const SINGLES = Math.min(DUE, 1_000)
const REST_MS = Number(process.env['REST_SECONDS'] ?? 10) * 1_000
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const LIST_ROWS = 20
const LISTS = Math.min(LANES, 50)
const MOVED = Math.min(LANES, 100)
const PAUSE_MS = 250
const SLOW = { timeoutMs: 240_000, everyMs: 250 }
const AGAIN = { timeoutMs: 60_000, everyMs: 250 }

const begun = performance.now()
const say = (text: string) =>
  process.stdout.write(`${((performance.now() - begun) / 1_000).toFixed(0).padStart(4)} s  ${text}\n`)

await using cluster = await startRedisCluster({ replicas: 0 })
using nodes = lookAtNodes(cluster)
await using apple = await startApple({ keyCount: LANES })
const receiver = await startReceiver()
const password = 'correct horse battery'
await using product = await startProduct({
  appleUrl: apple.emulator.url,
  redisUrl: cluster.url,
  env: { DASHBOARD_USERS: `ann:operator:${hashPassword(password)}`, WEBHOOK_ALLOW_PRIVATE: 'true' },
})
const lanes = await plant(product, apple.keys, 'lane')
await product.send('PUT', '/v1/webhooks/crm', { url: receiver.url, types: ['member.invited'], includeEmail: true })
say(`${LANES} lanes are there`)

/** Addresses of everybody whose event was answered 202. */
const accepted = new Set<string>()
const note = (events: readonly MembershipEvent[]) => {
  for (const { data } of events) accepted.add(data.member.email ?? '')
}
const joinEach = (prefix: string, of = lanes) =>
  of.flatMap(({ roster }) => joins(1, { roster, prefix: `${prefix}-${roster}` }))
const inBatches = (events: readonly MembershipEvent[], size = 1_000) =>
  Array.from({ length: Math.ceil(events.length / size) }, (_, at) => events.slice(at * size, (at + 1) * size))

interface Cost {
  seconds: number
  perSecond: number
  api: number
  redis: number
  commands: number
}

/** What it takes to post these over so many connections: by the clock, and of the processor in ms for 1,000 events. */
async function intake(events: readonly MembershipEvent[], bodies: unknown[], connections: number): Promise<Cost> {
  const before = [cpuOf(product.api.pid), await nodes.cpu(), await nodes.commands()] as const
  const load = { url: `${product.url}/v1/events`, headers: product.headers, connections }
  const seconds = await postAll({ ...load, bodies: bodies.map((body) => JSON.stringify(body)) })
  note(events)
  const each = 1_000 / events.length
  return {
    seconds,
    perSecond: events.length / seconds,
    api: (cpuOf(product.api.pid) - before[0]) * 1_000 * each,
    redis: ((await nodes.cpu()) - before[1]) * 1_000 * each,
    commands: ((await nodes.commands()) - before[2]) / events.length,
  }
}

const mails = () => new Set(apple.emulator.mails().map(({ email }) => email.toLowerCase()))
const allInvited = () =>
  eventually(() => {
    const made = creations(apple.emulator)
    const missing = [...accepted].filter((email) => !made.has(email))
    if (missing.length > 0) throw new Error(`${missing.length} of ${accepted.size} are missing, such as ${missing[0]}.`)
  }, SLOW)
const allTold = () =>
  eventually(() => {
    const told = new Set(receiver.received.map(({ body }) => body.data['member'].email))
    const missing = [...mails()].filter((email) => !told.has(email))
    if (missing.length > 0) throw new Error(`${missing.length} of ${mails().size} were not told of.`)
  }, SLOW)
/** Creations of one person that were sent more than once. */
function doubled(): number {
  const calls = apple.emulator.calls().filter(({ method, path }) => method === 'POST' && path === '/v1/betaTesters')
  return calls.length - creations(apple.emulator).size
}

// What comes in while nobody visits: single events, and batches that name a thousand lanes each.
const [singles, thousands] = [joinEach('one', lanes.slice(0, SINGLES)), joinEach('many', lanes.slice(0, DUE))]
const INTAKES = [
  ['single events, 32 connections', await intake(singles, singles, 32)],
  ['batches of 1,000 over as many lanes, 4 connections', await intake(thousands, inBatches(thousands), 4)],
] as const
say('the first events are in')
printTable(
  `Intake over ${LANES.toLocaleString('en-US')} lanes, no worker running`,
  ['', 'a second', "API's CPU, ms for 1,000", "Redis's, ms for 1,000", 'commands of Redis an event'],
  INTAKES.map(([name, cost]) => [name, cost.perSecond, cost.api, cost.redis, cost.commands]),
)

// Every lane is due, and visited for the first time.
const startedAt = performance.now()
const workers: Program[] = Array.from({ length: WORKERS }, () => product.startWorker({ LOG_LEVEL: 'info' }))
const commandsBefore = await nodes.commands()
await allInvited()
const visited = (performance.now() - startedAt) / 1_000
await allTold()
const told = (performance.now() - startedAt) / 1_000
const workerCpu = workers.reduce((sum, { pid }) => sum + cpuOf(pid), 0)
say('every lane that was due was visited')
printTable(
  `${DUE.toLocaleString('en-US')} first visits, ${WORKERS} workers that start`,
  ['', 'measured'],
  [
    ['the last one called Apple after, s', visited],
    ['the last callback came after, s', told],
    ['people; callbacks', `${accepted.size}; ${receiver.received.length}`],
    ["workers' processor time, ms a lane", (workerCpu * 1_000) / DUE],
    ['commands of Redis a lane', ((await nodes.commands()) - commandsBefore) / DUE],
    ['people created twice', doubled()],
  ],
)

// Lists of whole rosters, and pages.
const visitor = await startVisitor(product, 'ann', password)
const listTimes: number[] = []
for (const { roster } of lanes.slice(0, LISTS)) {
  const { items } = await product.send<{ items: { id: string; email: string }[] }>(
    'GET',
    `/v1/rosters/${roster}/members`,
  )
  const added = joins(LIST_ROWS, { roster, prefix: `list-${roster}` })
  const members = [...items.map(({ id, email }) => ({ id, email })), ...added.map(({ data }) => data.member)]
  const at = performance.now()
  await product.send('PUT', `/v1/rosters/${roster}/members`, { members })
  listTimes.push(performance.now() - at)
  note(added)
}
const PAGES = [
  '/lanes',
  '/lanes?q=lane-49',
  '/console',
  '/dashboard/api/queues',
  '/metrics',
  '/v1/lanes',
  '/v1/rosters',
]
const times = new Map<string, number[]>(PAGES.map((path) => [path, []]))
const pageCommands = new Map<string, number>()
for (let round = 0; round < ROUNDS; round++) {
  for (const path of PAGES) {
    const [before, at] = [await nodes.commands(), performance.now()]
    await visitor.get(path)
    times.get(path)?.push(performance.now() - at)
    pageCommands.set(path, (await nodes.commands()) - before)
  }
}
printTable(
  `Pages and whole lists with ${LANES.toLocaleString('en-US')} lanes, workers running`,
  ['', 'p50, ms', 'slowest, ms', 'commands of Redis meanwhile'],
  [
    [`a list of ${LIST_ROWS} more (PUT)`, quantile(listTimes, 0.5), Math.max(...listTimes), ''],
    ...PAGES.map((path) => [
      path,
      quantile(times.get(path) ?? [], 0.5),
      Math.max(...(times.get(path) ?? [])),
      pageCommands.get(path) ?? '',
    ]),
  ],
)
await allInvited()
await allTold()
say('pages and lists were asked for')

// At rest.
await sleep(REST_MS)
const processes: [string, Program][] = [
  ['API', product.api],
  ...workers.map((worker, at): [string, Program] => [`worker ${at + 1}`, worker]),
]
const spent = [processes.map(([, { pid }]) => cpuOf(pid)), await nodes.commands(), await nodes.cpu()] as const
await sleep(REST_MS)
const perSecond = (sum: number) => (sum * 1_000) / REST_MS
const connections = await nodes.connections()
printTable(
  `At rest, ${LANES.toLocaleString('en-US')} lanes`,
  ['', 'measured'],
  [
    ['commands of Redis a second, all nodes', perSecond((await nodes.commands()) - spent[1])],
    ['Redis, all nodes, % of a core', perSecond(((await nodes.cpu()) - spent[2]) * 100)],
    ...processes.map(([name, { pid }], at) => [
      `${name}: % of a core; MB`,
      `${perSecond((cpuOf(pid) - (spent[0][at] ?? 0)) * 100).toFixed(1)}; ${memoryOf(pid).toFixed(0)}`,
    ]),
    ...connections.map((of, at) => [
      `connections to node ${at + 1}`,
      [...of].map(([name, count]) => `${name || 'others'} ${count}`).join(', '),
    ]),
  ],
)

const { shared, lanes: ofLanes } = await nodes.memory((key) => /^fr:\{lane-\d+\}/.test(key))
const all = [...shared.values(), ...ofLanes].reduce((sum, size) => sum + size, 0)
printTable(
  `Memory: ${(all / 1e6).toFixed(1)} MB, of lanes' slots by node ${ofLanes.map((size) => (size / 1e6).toFixed(1)).join(', ')}; the largest keys outside of them`,
  ['', 'bytes', 'a lane', '% of all', 'target'],
  [...shared]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 10)
    .map(([key, size]) => [key, size, size / LANES, (size / all) * 100, '< 3']),
)

// Slots move while events for what lies in them come in, then all nodes start again at once.
const moving = lanes.slice(0, MOVED)
let posting = true
let posts = 0
const keepPosting = async (prefix: string) => {
  for (; posting; posts++) {
    const events = joinEach(`${prefix}-${posts}`, moving.slice(0, 25))
    await eventually(() => product.send('POST', '/v1/events', events), AGAIN)
    note(events)
    await sleep(PAUSE_MS)
  }
}
const movingAt = performance.now()
const burst = keepPosting('moved')
const keys = await cluster.moveSlots(
  moving.map(({ teamKey }) => teamKey),
  1,
)
const moved = (performance.now() - movingAt) / 1_000
posting = false
await burst
await allInvited()
say('slots have moved')
posting = true
const second = keepPosting('restarted')
const restartAt = performance.now()
await cluster.restartAll()
const back = (performance.now() - restartAt) / 1_000
const next = joinEach('back', moving.slice(0, 1))
await eventually(() => product.send('POST', '/v1/events', next), AGAIN)
note(next)
const answering = (performance.now() - restartAt) / 1_000
posting = false
await second
await allInvited()
await allTold()
say('all nodes were started again')
const invited = mails()
printTable(
  `${moving.length} lanes go to another master, then all nodes start again, both under load`,
  ['', 'measured', 'target'],
  [
    ['keys that moved', keys, ''],
    ['moving them took, s', moved, ''],
    ['all nodes were back after, s', back, ''],
    ['and the next 202 came after, s', answering, ''],
    ['requests meanwhile that ended with 202', posts, ''],
    ['people who were answered 202', accepted.size, ''],
    ['of these not in', [...accepted].filter((email) => !invited.has(email)).length, '0'],
    ['invitations created twice', doubled(), '0'],
    ['workers that ended', workers.filter(({ child }) => child.exitCode !== null).length, '0'],
  ],
)
await receiver.close()
