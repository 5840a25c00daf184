import { emailKey } from '../../domain/email.ts'
import { isReclaimed, NOTHING_OBSERVED } from '../../domain/member.ts'
import { beginMove } from '../../domain/former-addresses.ts'
import type { BuildLack } from '../../domain/build.ts'
import type { Roster } from '../../domain/roster.ts'
import type { LaneJob } from '../../queues/index.ts'
import type { LaneStore, MemberRecord, Store, Work } from '../../store/index.ts'
import { readRemovals, type Removals } from './removals.ts'
import { readSurroundings, type Address, type KnownRecords, type Surroundings } from './surroundings.ts'
import { readSeats, type KnownSeats } from './seats.ts'
import type { Ending, KnownTesters, Turn } from './turn.ts'
import { distinct, groupBy } from '../lists.ts'
import { rostersIn, type Visit } from '../visit/visit.ts'
import { readLack } from '../builds/warnings-of.ts'

export interface Batch {
  /** Some have ended before they begin: those of rosters that are paused or blocked, and of jobs that end their workers. */
  turns: Turn[]
  /** Jobs whose member or roster is gone or being forgotten, or whose work an earlier run did. */
  obsolete: LaneJob[]
  /** Jobs of rosters on the move to another lane, where whoever ends the move records their members. */
  moving: LaneJob[]
  surroundings: Surroundings
  removals: Removals
  /** By roster id: why nobody of its group can be invited, where that is known. */
  lacks: Map<string, BuildLack | null>
  /** By app id. */
  testers: Map<string, KnownTesters>
  seats: Map<string, KnownSeats>
}

/** What lies around the members of a batch: all that is read by their addresses, and of the apps. */
interface Around {
  surroundings: Surroundings
  testers: Map<string, KnownTesters>
  removals: Removals
  lacks: Map<string, BuildLack | null>
  seats: Map<string, KnownSeats>
}

type Item = Pick<Work, 'roster' | 'member'>

/** What is known of members whose jobs have begun. */
interface Begun {
  rosters: Map<string, Roster>
  /** By ref. */
  work: Map<string, Work | null>
  records: KnownRecords
  /** The rosters of apps, by app id, as far as it was known before which apps these are. */
  ofApps: Map<string, string[]>
}

/** What was asked behind the fetch of jobs that were expected (lane-queue.ts, `fetch`): it is as of after it, so the jobs miss nothing. */
export interface ReadBehind {
  refs: ReadonlySet<string>
  read: Promise<Begun>
}

export function readBehind(
  store: Store,
  lane: LaneStore,
  teamKey: string,
  items: readonly (Item & { ref: string })[],
): ReadBehind {
  const refs = items.map(({ ref }) => ref)
  const rosters = items.map(({ roster }) => roster)
  const read = readBegun(store, lane, teamKey, { rosters, refs, items })
  // It fails where it is needed.
  read.catch(() => {})
  return { refs: new Set(refs), read }
}

async function readBegun(
  store: Store,
  lane: LaneStore,
  teamKey: string,
  of: { rosters: string[]; refs: string[]; items: readonly Item[] },
): Promise<Begun> {
  const ids = distinct(of.rosters)
  const apps = appsOf(store)
  const expected = distinct(ids.map((id) => apps.get(id)).filter((app) => app !== undefined))
  const [rosters, work, records, ofApps] = await Promise.all([
    readRosters(store, teamKey, ids),
    lane.readWork(of.refs),
    readRecords(store, teamKey, of.items),
    Promise.all(expected.map(async (app) => [app, await store.rosterIdsOfApp(app)] as const)),
  ])
  for (const { id, app } of rosters.values()) apps.set(id, app.id)
  if (apps.size > MOST_APPS) apps.clear()
  return { rosters, work: new Map(of.refs.map((ref, at) => [ref, work[at] ?? null])), records, ofApps: new Map(ofApps) }
}

/** The app of each roster, as it was last: so its rosters can be asked for together with the roster. Wrong, it costs that question. */
function appsOf(store: Store): Map<string, string> {
  const known = APPS.get(store) ?? new Map<string, string>()
  APPS.set(store, known)
  return known
}

const APPS = new WeakMap<Store, Map<string, string>>()
const MOST_APPS = 10_000

/** Reads everything a batch is planned from: newest desired state, what was observed, who else wants the addresses, known ids. */
export async function loadBatch(
  store: Store,
  lane: LaneStore,
  teamKey: string,
  jobs: LaneJob[],
  behind: ReadBehind | null = null,
): Promise<Batch> {
  const { rosters, work, ...begun } = await (behind && jobs.every(({ ref }) => behind.refs.has(ref))
    ? behind.read
    : readBegun(store, lane, teamKey, {
        rosters: jobs.map((job) => job.roster),
        refs: jobs.map((job) => job.ref),
        items: [],
      }))
  const obsolete: LaneJob[] = []
  const moving: LaneJob[] = []
  const wanted: { job: LaneJob; work: Work; roster: Roster }[] = []
  const seen = new Set<string>()
  for (const job of jobs) {
    const entry = work.get(job.ref)
    const roster = entry ? rosters.get(entry.roster) : undefined
    // 0.1.0 gave jobs numbers: beside one of its own, a member may have another.
    if (!entry || !roster || roster.forgetting || seen.has(job.ref)) {
      obsolete.push(job)
      continue
    }
    if (roster.moving && roster.moving.to !== teamKey) {
      moving.push(job)
      continue
    }
    seen.add(job.ref)
    wanted.push({ job, work: entry, roster })
  }

  // What needs no answer of another is asked together: each turn at the store is part of the time between a 202 and Apple's call.
  const served = [...new Set(wanted.map(({ roster }) => roster))]
  const unread = wanted
    .map(({ work: item }) => item)
    .filter(({ roster, member }) => !begun.records.get(roster)?.has(member))
  const [neighbours, others] = await Promise.all([
    readNeighbours(store, served, begun.ofApps),
    readRecords(store, teamKey, unread),
  ])
  const records = unread.length === 0 ? begun.records : others
  const turns: Turn[] = []
  for (const { job, work: item, roster } of wanted) {
    const record = records.get(roster.id)?.get(item.member)
    if (!record) {
      obsolete.push(job)
      continue
    }
    turns.push(toTurn(job, item, roster, record))
  }
  const found = await readAround(store, lane, teamKey, { members: turns, neighbours, records })
  for (const turn of turns.filter(isServed)) {
    keepWantedSeat(found.surroundings, turn)
    turn.observed = beginMove(turn.desired, turn.observed)
    const { writing } = turn.observed
    if (writing?.kind === 'remove_app') turn.leavesApp.add(emailKey(writing.email))
  }
  return { turns, obsolete, moving, ...found }
}

function toTurn(job: LaneJob, { member, fresh, invite }: Work, roster: Roster, record: MemberRecord): Turn {
  const observed = record.observed ?? NOTHING_OBSERVED
  // A new join of someone already in: the person may have stopped meanwhile, so Apple is asked.
  const rejoined = observed.confirmed && record.desired.joined > observed.converged && observed.converged > 0
  return {
    job,
    roster,
    member,
    desired: record.desired,
    observed,
    asked: { fresh, invite },
    fresh: fresh > 0 || rejoined,
    invite: invite > 0,
    learnt: new Map(),
    calls: [],
    callMs: [],
    ending: endingOf(roster, job),
    before: null,
    unseen: new Set(),
    leavesApp: new Set(),
    notice: null,
    trace: null,
  }
}

/** How a turn ends for which nothing is asked of Apple. */
function endingOf(roster: Roster, { poisoned }: LaneJob): Ending | null {
  if (!isServed({ roster })) return { kind: 'parked', problem: roster.blocked?.code ?? null }
  return poisoned ? { kind: 'poisoned' } : null
}

function isServed({ roster }: Pick<Turn, 'roster'>): boolean {
  return !roster.paused && roster.blocked === null
}

async function readAround(
  store: Store,
  lane: LaneStore,
  teamKey: string,
  known: {
    members: readonly Pick<Turn, 'roster' | 'desired' | 'observed'>[]
    neighbours: Roster[]
    records: KnownRecords
  },
): Promise<Around> {
  const { members, neighbours, records } = known
  const open = members.filter(isServed)
  const addresses = groupBy(open.flatMap(addressesOf), ({ roster }) => roster.app.id)
  const served = [...new Set(open.map(({ roster }) => roster))]
  const apps = new Set(members.map(({ roster }) => roster.app.id))
  const [surroundings, testers, removals, lacks, seats] = await Promise.all([
    readSurroundings(store, neighbours, addresses, records),
    readTesters(lane, addresses),
    readRemovals({ store, lane, others: neighbours }, addresses),
    Promise.all(served.map(async (roster) => [roster.id, await readLack(store, roster)] as const)),
    Promise.all([...apps].map(async (appId) => [appId, await readSeats(store, teamKey, appId, neighbours)] as const)),
  ])
  return { surroundings, testers, removals, lacks: new Map(lacks), seats: new Map(seats) }
}

/** Members by roster and id; those that are there. */
async function readRecords(store: Store, teamKey: string, items: readonly Item[]): Promise<KnownRecords> {
  const read = [...groupBy(items, ({ roster }) => roster)].map(async ([roster, of]) => {
    const ids = of.map(({ member }) => member)
    const records = await store.members(teamKey, roster).findMany(ids)
    return [roster, new Map(records.flatMap((record) => (record ? [[record.id, record]] : [])))] as const
  })
  return new Map(await Promise.all(read))
}

/** Nobody is taken out of the app whom another roster of it, or another member with this address, wants in by now. */
function keepWantedSeat(surroundings: Surroundings, turn: Turn): void {
  const { roster, member, desired, observed } = turn
  if (!isReclaimed(desired, observed) || !observed.confirmed || observed.email === null || observed.writing !== null)
    return
  const key = emailKey(observed.email)
  if (surroundings.wantedElsewhere(roster, key) || surroundings.wantedHere(roster, member, key))
    turn.observed = { ...observed, reclaimed: null }
}

/** Those that the jobs are of, without one that has moved to another lane. */
async function readRosters(store: Store, teamKey: string, ids: string[]): Promise<Map<string, Roster>> {
  const found = await store.rosters.findMany(ids)
  return new Map([...found].filter(([, roster]) => roster.teamKey === teamKey))
}

/** Every roster of the apps that a batch is about. */
async function readNeighbours(
  store: Store,
  rosters: readonly Roster[],
  ofApps: ReadonlyMap<string, string[]>,
): Promise<Roster[]> {
  const known = new Map(rosters.map((roster) => [roster.id, roster]))
  const apps = new Set(rosters.map(({ app }) => app.id))
  const ids = (
    await Promise.all([...apps].map(async (appId) => ofApps.get(appId) ?? store.rosterIdsOfApp(appId)))
  ).flat()
  const others = await store.rosters.findMany(ids.filter((id) => !known.has(id)))
  return [...known.values(), ...others.values()]
}

/** Every address a turn may be about. */
function addressesOf({ roster, desired, observed }: Pick<Turn, 'roster' | 'desired' | 'observed'>): Address[] {
  const written = observed.writing?.email ?? null
  const all = [desired.email, observed.email, written, ...observed.leaving].filter((email) => email !== null)
  return distinct(all.map(emailKey)).map((key) => ({ roster, key }))
}

async function readTesters(
  lane: LaneStore,
  addresses: ReadonlyMap<string, readonly Address[]>,
): Promise<Map<string, KnownTesters>> {
  const known = new Map<string, KnownTesters>()
  await Promise.all(
    [...addresses].map(async ([appId, of]) => {
      const ids = await lane.testerIds(appId, distinct(of.map(({ key }) => key)))
      known.set(appId, new Map([...ids].map(([key, id]) => [key, { is: 'found' as const, id, state: null }])))
    }),
  )
  return known
}

/** Whether an id that a create brought is one of another app of this team key. The apps are read once, and most keys have one. */
export function findElsewhere(visit: Visit) {
  let apps: Promise<string[]> | null = null
  const readApps = async () => distinct((await rostersIn(visit)).map(({ app }) => app.id))
  return async (appId: string, key: string, testerId: string): Promise<boolean> => {
    apps ??= readApps()
    for (const other of await apps) {
      if (other !== appId && (await visit.deps.lane.testerIds(other, [key])).get(key) === testerId) return true
    }
    return false
  }
}
