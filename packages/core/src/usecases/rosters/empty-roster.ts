import { deleteTask } from '../schedule/tasks.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { recordAndWake } from '../intake/index.ts'
import type { Visit } from '../visit/visit.ts'
import { removeUnmanaged } from '../reconcile/apply-comparison.ts'
import { readGroup } from '../reconcile/read-group.ts'

const SOON_MS = 2_000
const LATER_MS = 30_000
const CHUNK = 500

/**
 * Carries the deletion of a roster with its testers on, whoever died on the way: everybody leaves, and once Apple has let the
 * last one go, the roster is forgotten. When to look next (ms); null once it is gone.
 */
export async function emptyRoster(visit: Visit, rosterId: string): Promise<number | null> {
  const { store, clock } = visit.deps
  const roster = await store.rosters.find(rosterId)
  if (!roster?.deleting || roster.teamKey !== visit.teamKey) return null
  // Whoever asked for it may have died before.
  await store.closeRoster(roster)
  // A process of a former version may have paused it after that: nobody would leave a roster that is paused.
  if (roster.paused) await store.rosters.update(rosterId, (current) => ({ ...current, paused: false }))
  // Nobody can be taken out of a group that is gone.
  if (!roster.forgetting && roster.blocked?.code !== 'group_gone') {
    // Whoever was parked while the roster was paused has to leave too.
    await visit.deps.lane.unpark(rosterId)
    const present = await recordLeaves(visit, roster)
    if (present > 0) return clock.now() + SOON_MS
    const counts = await store.members(visit.teamKey, rosterId).counts()
    const open = Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.removed
    if (open > 0) return clock.now() + (counts.failed === open ? await retryFailed(visit, roster) : SOON_MS)
    const again = roster.unmanagedTesters === 'remove' ? await removeOthers(visit, roster) : null
    if (again !== null) return again
  }
  await store.rosters.update(rosterId, (current) =>
    current.createdAt === roster.createdAt ? { ...current, forgetting: true } : current,
  )
  await store.forgetRoster(roster)
  visit.deps.log.info({ event: 'roster.deleted', roster: rosterId }, 'roster.deleted')
  return null
}

/** Whoever is on the roster leaves. Returns how many there were. */
async function recordLeaves(visit: Visit, roster: Roster): Promise<number> {
  const { store, clock } = visit.deps
  const members = store.members(visit.teamKey, roster.id)
  const timelineEntry = formatEntry({ t: clock.now(), k: 'left', o: 'api' })
  let count = 0
  let cursor = '0'
  do {
    const page = await members.scanDesired(cursor)
    cursor = page.cursor
    const present = page.members.filter(({ desired }) => desired.present)
    count += present.length
    for (let from = 0; from < present.length; from += CHUNK) {
      await recordAndWake(
        visit.deps,
        visit.teamKey,
        present.slice(from, from + CHUNK).map(({ id, desired }) => ({
          roster: roster.id,
          member: id,
          kind: 'leave',
          email: null,
          firstName: null,
          lastName: null,
          time: Math.max(clock.now(), desired.time),
          priority: 'bulk',
          digest: undefined,
          timelineEntry,
        })),
        { intoClosing: true },
      )
    }
  } while (cursor !== '0')
  return count
}

/** Nobody but those whom Apple would not let go is left: they are asked for once more. Returns how long to wait (ms). */
async function retryFailed(visit: Visit, roster: Roster): Promise<number> {
  const { lane, store, clock, toRef } = visit.deps
  const { ids } = await store.members(visit.teamKey, roster.id).list({ status: 'failed', limit: CHUNK })
  const now = clock.now()
  for (const member of ids) {
    await lane.requestWork({
      roster: roster.id,
      born: roster.createdAt,
      member,
      ref: toRef(roster.id, member),
      flag: 'fresh',
      entry: { t: now, k: 'retry', o: 'api' },
      priority: 'bulk',
    })
  }
  return 10 * LATER_MS
}

/** A roster that tolerates no unmanaged testers leaves none behind. When to look again (ms); null once nobody is left in the group. */
async function removeOthers(visit: Visit, roster: Roster): Promise<number | null> {
  const reading = await readGroup(visit, roster, deleteTask(roster.id))
  const later = visit.deps.clock.now() + LATER_MS
  if (reading.kind !== 'complete') return reading.kind === 'goes_on' ? reading.at : later
  const { rows } = reading
  await removeUnmanaged(
    visit,
    roster,
    rows.map((row) => ({ testerId: row.id, email: row.email })),
  )
  return rows.length === 0 ? null : later
}
