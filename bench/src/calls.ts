// Apple calls for new, known and leaving people: ours, fastlane pilot's pattern, a look-up-and-add script, the floor.
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@flightroster/core/testing'
import { keyAt, startApple } from './support/apple.ts'
import { connect } from './support/connect.ts'
import { joins, leaves, post, type MembershipEvent } from './support/events.ts'
import { createLookUpScript } from './naive/look-up-script.ts'
import { startProduct } from './support/product.ts'
import { printTable } from './support/table.ts'

const N = Number(process.env['N'] ?? 2_000)
const TOLD = 10_000
const PER_HOUR = 3_600
const WAIT = { timeoutMs: 600_000, everyMs: 500 }
/** One relationship call takes this many, one page as many. */
const CHUNK = 200

const scenarios = ['new', 'known', 'leaving'] as const
type Scenario = (typeof scenarios)[number]
type Counts = Record<Scenario, number>

await using apple = await startApple({ keyCount: 2 })
const { emulator } = apple
const addresses = (events: readonly MembershipEvent[]) => events.map(({ data }) => data.member.email ?? '')

/** Calls until the group is as it should be, and nothing is done any more. */
async function count(group: string, work: () => Promise<void>, size: number): Promise<number> {
  emulator.resetLedgers()
  await work()
  await eventually(() => {
    const found = emulator.groupMembers(group).length
    if (found !== size) throw new Error(`The group has ${found} testers, not ${size}.`)
  }, WAIT)
  let calls: number
  do {
    calls = emulator.calls().length
    await sleep(5_000)
  } while (emulator.calls().length !== calls)
  return calls
}

/** Testers of the app already, in another group of it. */
function plantKnown(app: string, events: readonly MembershipEvent[]): void {
  const other = emulator.addGroup(app, { name: 'Silver' })
  emulator.addTesters(other.id, addresses(events))
}

async function runOurs(): Promise<Counts> {
  const key = keyAt(apple, 0)
  await using product = await startProduct({ appleUrl: emulator.url })
  await connect(product, key)
  product.startWorker()
  const [fresh, known] = [joins(N), joins(N)]
  plantKnown(key.app, known)
  return {
    new: await count(key.group, () => post(product, fresh), N),
    known: await count(key.group, () => post(product, known), 2 * N),
    leaving: await count(key.group, () => post(product, leaves(known)), N),
  }
}

async function runScript(): Promise<Counts> {
  const key = keyAt(apple, 1)
  const script = await createLookUpScript(emulator.url, key)
  const [fresh, known] = [joins(N), joins(N)]
  plantKnown(key.app, known)
  return {
    new: await count(key.group, () => script.addAll(addresses(fresh)), N),
    known: await count(key.group, () => script.addAll(addresses(known)), 2 * N),
    leaving: await count(key.group, () => script.removeAll(addresses(known)), N),
  }
}

const ours = await runOurs()
const script = await runScript()
// App look-up, group look-up (or the tester's, to remove), assignment: for every person anew.
const pilot: Counts = { new: 3 * N, known: 3 * N, leaving: 3 * N }
// A create is for one person. Who is known is found by reading the app's testers; ids of leavers are known.
const floor: Counts = { new: N, known: 2 * Math.ceil(N / CHUNK), leaving: Math.ceil(N / CHUNK) }

const scale = TOLD / N
const hours = (calls: number) => ((calls * scale) / PER_HOUR).toFixed(2)
const cells = (counts: Counts) => scenarios.flatMap((name) => [Math.round(counts[name] * scale), hours(counts[name])])
printTable(
  `Apple calls for ${TOLD.toLocaleString('en-US')} people, and hours at ${PER_HOUR} an hour` +
    (scale === 1 ? '' : ` (run with ${N}, times ${scale})`),
  ['', 'new', 'h', 'known', 'h', 'leaving', 'h'],
  [
    ['ours (run)', ...cells(ours)],
    ["fastlane pilot's pattern (computed)", ...cells(pilot)],
    ['look-up-and-add script (run)', ...cells(script)],
    ['floor (computed)', ...cells(floor)],
  ],
)
