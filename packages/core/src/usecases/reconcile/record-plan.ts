import { setTimeout as sleep } from 'node:timers/promises'
import type { MemberChange } from '../../domain/change.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { AppError } from '../../errors.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import { eventDigest } from '../../secrets/index.ts'
import { recordAndWake, type IntakeDeps } from '../intake/index.ts'
import type { PlannedRow, SnapshotPlan } from './plan-snapshot.ts'

/** Changes in one atomic step; a longer one would hold the store up for everybody. */
const CHUNK = 500

export type RecordDeps = Pick<IntakeDeps, 'store' | 'clock' | 'dedupDays' | 'asker'>

/**
 * Records the joins and updates of a list as of `time`, behind the events of its lane; `isHeld`: no address is cleared. Returns
 * how many counted.
 */
export async function recordRows(
  deps: RecordDeps,
  roster: Roster,
  plan: SnapshotPlan,
  { time, isHeld }: { time: number; isHeld: boolean },
): Promise<number> {
  // Without the list's id: it would stand in the memory of every member.
  const entryOf = (k: 'joined' | 'updated') => formatEntry({ t: time, k, o: 'snapshot' })
  const toChange = (kind: 'join' | 'update', timelineEntry: string) => (row: PlannedRow) => ({
    roster: roster.id,
    member: row.id,
    kind,
    email: row.email,
    firstName: row.firstName,
    lastName: row.lastName,
    time,
    priority: 'bulk' as const,
    digest: undefined,
    born: roster.createdAt,
    timelineEntry,
  })
  const joined = await record(deps, roster, plan.add, toChange('join', entryOf('joined')))
  const kept = await protectedAmong(deps, roster.teamKey, roster.id, plan.clear)
  const cleared = new Set(isHeld ? plan.clear : kept.keys())
  const update = plan.update.map((row) => (cleared.has(row.id) ? { ...row, email: undefined } : row))
  return joined + (await record(deps, roster, update, toChange('update', entryOf('updated'))))
}

/** What a plan takes away: a membership, or only the address. */
interface Removals {
  /** Ids of those who leave the roster. */
  removals: readonly string[]
  /** Ids of those who lose their address. */
  cleared?: readonly string[]
}

/**
 * Records the removals of a plan as of the moment it was made: a newer event wins. Repeating it after a death has no second
 * effect, and nobody but those named leaves.
 */
export async function recordLeaves(
  deps: RecordDeps,
  roster: Roster,
  { id: source, startedAt: time, fromEvents }: Pick<Reconciliation, 'id' | 'startedAt' | 'fromEvents'>,
  { removals, cleared = [] }: Removals,
): Promise<void> {
  const toChange = (kind: 'leave' | 'update') => {
    const k = kind === 'leave' ? 'left' : 'updated'
    const timelineEntry = formatEntry({ t: deps.clock.now(), k, o: 'snapshot', e: source })
    return (member: string): MemberChange => ({
      roster: roster.id,
      member,
      kind,
      email: null,
      firstName: undefined,
      lastName: undefined,
      time,
      priority: 'bulk',
      digest: eventDigest(roster.id, source, member),
      born: roster.createdAt,
      timelineEntry,
    })
  }
  const protects = fromEvents !== true
  await record(deps, roster, removals, toChange('leave'), protects)
  await record(deps, roster, cleared, toChange('update'), protects)
}

async function record<T>(
  deps: RecordDeps,
  roster: Roster,
  items: readonly T[],
  toChange: (item: T) => MemberChange,
  protects = false,
): Promise<number> {
  let accepted = 0
  for (let from = 0; from < items.length; from += CHUNK) {
    const changes = items.slice(from, from + CHUNK).map(toChange)
    accepted += await recordWhereItIs(deps, roster, changes, protects)
  }
  return accepted
}

const protectedAmong = ({ store }: RecordDeps, teamKey: string, roster: string, members: readonly string[]) =>
  store.lane(teamKey).roster(roster).protections.among(members)

const MOVE_PATIENCE_MS = 60_000
const MOVED_AGAIN_MS = 500

/** A roster may move to another team key while a list of it is recorded: what its former lane does not take goes where it went. */
async function recordWhereItIs(
  deps: RecordDeps,
  roster: Roster,
  changes: MemberChange[],
  protects: boolean,
): Promise<number> {
  const patienceEnds = deps.clock.monotonic() + MOVE_PATIENCE_MS
  let { teamKey } = roster
  let accepted = 0
  let left = changes
  for (;;) {
    if (protects) {
      // A plan may be older than a protection.
      const kept = await protectedAmong(
        deps,
        teamKey,
        roster.id,
        left.map(({ member }) => member),
      )
      left = left.filter(({ member }) => !kept.has(member))
      if (left.length === 0) return accepted
    }
    const recorded = await recordAndWake(deps, teamKey, left)
    accepted += recorded.filter(({ outcome }) => outcome === 'accepted').length
    left = left.filter((_, at) => recorded[at]?.outcome === 'gone')
    if (left.length === 0) return accepted
    const current = await deps.store.rosters.find(roster.id)
    // Deleted, and perhaps made again: nobody is left to record for.
    if (current?.createdAt !== roster.createdAt || current.deleting) return accepted
    if (deps.clock.monotonic() > patienceEnds) {
      throw new AppError('store_unavailable', {
        message: `The roster "${roster.id}" is moving to another team key; send the list again in a moment.`,
        retryAfterMs: 5_000,
      })
    }
    if (current.teamKey === teamKey) await sleep(MOVED_AGAIN_MS)
    teamKey = current.teamKey
  }
}
