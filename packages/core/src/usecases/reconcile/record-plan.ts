import type { MemberChange } from '../../domain/change.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { eventDigest } from '../../secrets/index.ts'
import { recordAndWake, type IntakeDeps } from '../intake/index.ts'
import type { SnapshotPlan, SnapshotRow } from './plan-snapshot.ts'

/** Changes in one atomic step; a longer one would hold the store up for everybody. */
const CHUNK = 500

export type RecordDeps = Pick<IntakeDeps, 'store' | 'clock' | 'dedupDays'>

/** Records the joins and updates of a list as of `time`, behind the events of its lane. Returns how many counted. */
export async function recordRows(deps: RecordDeps, roster: Roster, plan: SnapshotPlan, time: number): Promise<number> {
  // Without the list's id: it would stand in the memory of every member.
  const entryOf = (k: 'joined' | 'updated') => formatEntry({ t: time, k, o: 'snapshot' })
  const toChange = (kind: 'join' | 'update', timelineEntry: string) => (row: SnapshotRow) => ({
    roster: roster.id,
    member: row.id,
    kind,
    email: row.email,
    firstName: row.firstName,
    lastName: row.lastName,
    time,
    priority: 'bulk' as const,
    digest: undefined,
    timelineEntry,
  })
  const joined = await record(deps, roster, plan.add, toChange('join', entryOf('joined')))
  return joined + (await record(deps, roster, plan.update, toChange('update', entryOf('updated'))))
}

/**
 * Records the removals of a plan as of the moment it was made: a newer event wins. Repeating it after a death has no second
 * effect, and nobody but those named leaves.
 */
export async function recordLeaves(
  deps: RecordDeps,
  roster: Roster,
  source: string,
  members: string[],
  time: number,
): Promise<void> {
  const timelineEntry = formatEntry({ t: deps.clock.now(), k: 'left', o: 'snapshot', e: source })
  await record(deps, roster, members, (member) => ({
    roster: roster.id,
    member,
    kind: 'leave',
    email: null,
    firstName: null,
    lastName: null,
    time,
    priority: 'bulk',
    digest: eventDigest(roster.id, source, member),
    timelineEntry,
  }))
}

async function record<T>(
  deps: RecordDeps,
  roster: Roster,
  items: readonly T[],
  toChange: (item: T) => MemberChange,
): Promise<number> {
  let accepted = 0
  for (let from = 0; from < items.length; from += CHUNK) {
    const changes = items.slice(from, from + CHUNK).map(toChange)
    const recorded = await recordAndWake(deps, roster.teamKey, changes)
    accepted += recorded.filter(({ outcome }) => outcome === 'accepted').length
  }
  return accepted
}
