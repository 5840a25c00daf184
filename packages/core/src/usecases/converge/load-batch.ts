import { emailKey } from '../../domain/email.ts'
import { isReclaimed, NOTHING_OBSERVED } from '../../domain/member.ts'
import { beginMove } from '../../domain/plan.ts'
import type { BuildLack } from '../../domain/build.ts'
import type { Roster } from '../../domain/roster.ts'
import type { LaneJob } from '../../queues/index.ts'
import type { LaneStore, MemberRecord, Store, Work } from '../../store/index.ts'
import { readRemovals, type Removals } from './removals.ts'
import { readSurroundings, type KnownRecords, type Neighbours, type Surroundings } from './surroundings.ts'
import { readSeats, type KnownSeats } from './seats.ts'
import type { KnownTesters, Target } from './target.ts'
import { readLack } from '../builds/warnings-of.ts'

export interface Batch {
  targets: Target[]
  /** Jobs whose member or roster is gone, or whose work an earlier run did. */
  obsolete: LaneJob[]
  /** Jobs of rosters on the move to another lane, where whoever ends the move records their members. */
  moving: LaneJob[]
  /** Jobs of rosters that are paused or blocked. */
  parked: Target[]
  surroundings: Surroundings
  removals: Removals
  /** By roster id: why nobody of its group can be invited, where that is known. */
  lacks: Map<string, BuildLack | null>
  /** By app id. */
  testers: Map<string, KnownTesters>
  seats: Map<string, KnownSeats>
}

/** What is known of the members in hand. */
export interface InHand {
  /** Of this lane, by id. */
  rosters: Map<string, Roster>
  /** By ref. */
  work: Map<string, Work>
  records: KnownRecords
}

/** Reads what can be read of members before their jobs are there. */
export async function readAhead(
  store: Store,
  lane: LaneStore,
  teamKey: string,
  entries: { ref: string; roster: string; member: string }[],
): Promise<InHand> {
  const ids = new Map<string, string[]>()
  for (const { roster, member } of entries) ids.set(roster, [...(ids.get(roster) ?? []), member])
  const [rosters, work, records] = await Promise.all([
    readRosters(store, teamKey, entries),
    readWork(lane, entries),
    readRecords(store, teamKey, ids),
  ])
  return { rosters, work, records }
}

/** The same of jobs, where nothing is known yet. */
async function readInHand(store: Store, lane: LaneStore, teamKey: string, jobs: LaneJob[]): Promise<InHand> {
  const [rosters, work] = await Promise.all([readRosters(store, teamKey, jobs), readWork(lane, jobs)])
  const ids = new Map<string, string[]>()
  for (const { roster, member } of work.values()) {
    if (rosters.has(roster)) ids.set(roster, [...(ids.get(roster) ?? []), member])
  }
  return { rosters, work, records: await readRecords(store, teamKey, ids) }
}

/**
 * Reads everything a batch is planned from: newest desired state, what was observed, who else wants the addresses, known ids.
 * `ahead`: what was read already, at the earliest as the lane was opened; where it lacks one of the jobs, all is read anew.
 */
export async function loadBatch(
  store: Store,
  lane: LaneStore,
  teamKey: string,
  jobs: LaneJob[],
  ahead?: InHand,
): Promise<Batch> {
  const isAhead = ahead !== undefined && jobs.every(({ ref }) => ahead.work.has(ref))
  const { rosters, work, records } = isAhead ? ahead : await readInHand(store, lane, teamKey, jobs)
  const obsolete: LaneJob[] = []
  const moving: LaneJob[] = []
  const targets: Target[] = []
  const parked: Target[] = []
  const seen = new Set<string>()
  for (const job of jobs) {
    const entry = work.get(job.ref)
    const roster = entry && rosters.get(entry.roster)
    const record = entry && records.get(entry.roster)?.get(entry.member)
    // 0.1.0 gave jobs numbers: beside one of its own, a member may have another.
    if (!roster || seen.has(job.ref)) {
      obsolete.push(job)
      continue
    }
    if (roster.moving && roster.moving.to !== teamKey) {
      moving.push(job)
      continue
    }
    seen.add(job.ref)
    if (!record) {
      obsolete.push(job)
      continue
    }
    const target = toTarget(job, roster, record, entry)
    if (roster.paused || roster.blocked) parked.push(target)
    else targets.push(target)
  }
  // What needs no answer of another is asked together: each turn at the store is part of the time between a 202 and Apple's call.
  const addresses = targets.flatMap((target) => addressesOf(target).map((key) => ({ roster: target.roster, key })))
  const served = [...new Set(targets.map(({ roster }) => roster))]
  const inHand = [...new Set([...targets, ...parked].map(({ roster }) => roster))]
  const neighbours = findNeighbours(store, inHand)
  const [surroundings, testers, removals, lacks, seats] = await Promise.all([
    readSurroundings(store, neighbours, addresses, records),
    readTesters(lane, addresses),
    readRemovals({ store, lane, others: neighbours.others }, addresses),
    Promise.all(served.map(async (roster) => [roster.id, await readLack(store, roster)] as const)),
    Promise.all(
      [...new Set(inHand.map(({ app }) => app.id))].map(
        async (appId) => [appId, await readSeats(store, teamKey, appId, neighbours)] as const,
      ),
    ),
  ])
  for (const target of targets) {
    keepWantedSeat(surroundings, target)
    target.observed = beginMove(target.desired, target.observed)
    const { writing } = target.observed
    if (writing?.kind === 'remove_app') target.leavesApp.add(emailKey(writing.email))
  }
  return {
    targets,
    obsolete,
    moving,
    parked,
    surroundings,
    removals,
    testers,
    lacks: new Map(lacks),
    seats: new Map(seats),
  }
}

function toTarget(job: LaneJob, roster: Roster, record: MemberRecord, { member, fresh, invite }: Work): Target {
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
    ending: null,
    before: null,
    unseen: new Set(),
    leavesApp: new Set(),
    notice: null,
    turn: null,
  }
}

/** Nobody is taken out of the app whom another roster of it, or another member with this address, wants in by now. */
function keepWantedSeat(surroundings: Surroundings, target: Target): void {
  const { roster, member, desired, observed } = target
  if (!isReclaimed(desired, observed) || !observed.confirmed || observed.email === null || observed.writing !== null)
    return
  const key = emailKey(observed.email)
  if (surroundings.wantedElsewhere(roster, key) || surroundings.wantedHere(roster, member, key))
    target.observed = { ...observed, reclaimed: null }
}

/** Those that the work is of, without one that has moved to another lane. */
async function readRosters(
  store: Store,
  teamKey: string,
  work: readonly { roster: string }[],
): Promise<Map<string, Roster>> {
  const found = await store.rosters.findMany(work.map(({ roster }) => roster))
  return new Map([...found].filter(([, roster]) => roster.teamKey === teamKey))
}

async function readWork(lane: LaneStore, of: readonly { ref: string }[]): Promise<Map<string, Work>> {
  const found = await lane.readWork(of.map(({ ref }) => ref))
  return new Map(of.flatMap(({ ref }, at) => (found[at] ? [[ref, found[at]] as const] : [])))
}

async function readRecords(store: Store, teamKey: string, ids: Map<string, string[]>): Promise<KnownRecords> {
  const found = await Promise.all(
    [...ids].map(async ([roster, members]) => {
      const records = await store.members(teamKey, roster).findMany(members)
      return [roster, new Map(records.flatMap((record) => (record ? [[record.id, record]] : [])))] as const
    }),
  )
  return new Map(found)
}

/** Every roster of the apps that a batch is about. */
function findNeighbours(store: Store, inHand: readonly Roster[]): Neighbours {
  const known = new Set(inHand.map(({ id }) => id))
  const apps = new Set(inHand.map(({ app }) => app.id))
  const read = async () => {
    const ids = (await Promise.all([...apps].map((appId) => store.rosterIdsOfApp(appId)))).flat()
    return [...(await store.rosters.findMany(ids.filter((id) => !known.has(id)))).values()]
  }
  return { inHand, others: read() }
}

/** Every address a target may be about, lower-cased. */
function addressesOf({ desired, observed }: Pick<Target, 'desired' | 'observed'>): string[] {
  const written = observed.writing?.email ?? null
  const all = [desired.email, observed.email, written, ...observed.leaving].filter((email) => email !== null)
  return [...new Set(all.map(emailKey))]
}

async function readTesters(
  lane: LaneStore,
  addresses: { roster: Roster; key: string }[],
): Promise<Map<string, KnownTesters>> {
  const keysOfApp = new Map<string, Set<string>>()
  for (const { roster, key } of addresses)
    keysOfApp.set(roster.app.id, (keysOfApp.get(roster.app.id) ?? new Set()).add(key))
  const known = new Map<string, KnownTesters>()
  await Promise.all(
    [...keysOfApp].map(async ([appId, keys]) => {
      const ids = await lane.testerIds(appId, [...keys])
      known.set(appId, new Map([...ids].map(([key, id]) => [key, { is: 'found' as const, id, state: null }])))
    }),
  )
  return known
}

/** Whether an id that a create brought is one of another app of this team key. The apps are read once, and most keys have one. */
export function findElsewhere(store: Store, lane: LaneStore, teamKey: string) {
  let apps: Promise<string[]> | null = null
  const readApps = async () => {
    const rosters = await store.rosters.findMany(await store.rostersOf(teamKey))
    return [...new Set([...rosters.values()].map(({ app }) => app.id))]
  }
  return async (appId: string, key: string, testerId: string): Promise<boolean> => {
    apps ??= readApps()
    for (const other of await apps) {
      if (other !== appId && (await lane.testerIds(other, [key])).get(key) === testerId) return true
    }
    return false
  }
}
