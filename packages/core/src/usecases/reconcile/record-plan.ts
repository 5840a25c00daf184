import type { MemberChange } from '../../domain/change.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { eventDigest } from '../../secrets/index.ts'
import { recordAndWake, type IntakeDeps } from '../intake/index.ts'
import type { SnapshotPlan, SnapshotRow } from './plan-snapshot.ts'

/** Changes in one atomic step; a longer one would hold the store up for everybody. */
const CHUNK = 1_000

/** Records the joins and updates of a list, behind the events of its lane. */
export async function recordRows(deps: IntakeDeps, roster: Roster, source: string, plan: SnapshotPlan): Promise<void> {
  const now = deps.clock.now()
  const toChange =
    (kind: 'join' | 'update') =>
    (row: SnapshotRow): MemberChange => ({
      roster: roster.id,
      member: row.id,
      kind,
      email: row.email,
      firstName: row.firstName,
      lastName: row.lastName,
      time: undefined,
      priority: 'bulk',
      digest: undefined,
      timelineEntry: formatEntry({ t: now, k: kind === 'join' ? 'joined' : 'updated', o: 'snapshot', e: source }),
    })
  await record(deps, roster, [...plan.add.map(toChange('join')), ...plan.update.map(toChange('update'))])
}

/**
 * Records the removals of a plan as of the moment it was made: a newer event wins. Repeating it after a death has no second
 * effect, and nobody but those named leaves.
 */
export async function recordLeaves(
  deps: IntakeDeps,
  roster: Roster,
  source: string,
  members: string[],
  time: number,
): Promise<void> {
  const entry = formatEntry({ t: deps.clock.now(), k: 'left', o: 'snapshot', e: source })
  await record(
    deps,
    roster,
    members.map((member) => ({
      roster: roster.id,
      member,
      kind: 'leave',
      email: null,
      firstName: null,
      lastName: null,
      time,
      priority: 'bulk',
      digest: eventDigest(source, member),
      timelineEntry: entry,
    })),
  )
}

async function record(deps: IntakeDeps, roster: Roster, changes: MemberChange[]): Promise<void> {
  for (let from = 0; from < changes.length; from += CHUNK) {
    await recordAndWake(deps, roster.teamKey, changes.slice(from, from + CHUNK))
  }
}
