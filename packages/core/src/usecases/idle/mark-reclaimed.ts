import { isReclaimed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { MemberRecord } from '../../store/index.ts'
import { inChunks } from '../lists.ts'
import type { Visit } from '../visit/visit.ts'

/** Outcomes that are recorded at once. */
const AT_ONCE = 100

/**
 * Takes the seats of these members back: from here on they are wanted on the roster and out of the app, until a newer join. Their own
 * jobs take them out, merged as any. Repeating it marks nobody again, and whoever was marked by a process that died gets the job that it owed.
 * `why`: for the member's timeline.
 */
export async function markReclaimed(
  visit: Visit,
  roster: Roster,
  members: readonly { record: MemberRecord; why: string }[],
): Promise<void> {
  const { lane, clock, toRef } = visit.deps
  for (const chunk of inChunks(members, AT_ONCE)) {
    const t = clock.now()
    await Promise.all(
      chunk.map(async ({ record, why }) => {
        const { desired, observed } = record
        if (observed === null || isReclaimed(desired, observed)) return
        const recorded = await lane.recordOutcome(visit.lease.token, {
          roster,
          member: record.id,
          ref: toRef(roster.id, record.id),
          met: { fresh: 0, invite: 0 },
          version: desired.version,
          observed: {
            ...observed,
            converged: Math.min(observed.converged, desired.version - 1),
            reclaimed: desired.joined,
            grace: null,
            // Should another roster want the person by now, who stopped testing is not put back because of this.
            revived: desired.joined,
            problem: null,
          },
          status: 'pending',
          entry: { t, k: 'note', d: why },
          fact: null,
          ending: 'later',
          testerIds: new Map(),
        })
        if (recorded === 'lost') throw new AppError('lease_lost')
      }),
    )
    // One whose job has ended since is out.
    const open = chunk.filter(
      ({ record: { desired, observed, status } }) => status === 'pending' || !isReclaimed(desired, observed),
    )
    await lane.recordAgain(
      open.map(({ record }) => ({ roster: roster.id, member: record.id })),
      'bulk',
    )
  }
}
