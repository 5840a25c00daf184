import type { Asker } from '../../domain/activity.ts'
import type { Priority } from '../../domain/change.ts'
import type { Clock } from '../../domain/clock.ts'
import { formatEntry, type EventEntry } from '../../domain/timeline.ts'
import { AppError } from '../../errors.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { LimitWindow, Store } from '../../store/index.ts'
import { noteActivity } from '../activity/index.ts'
import { assertSettled } from '../assert-settled.ts'

/** A member to be looked at anew, invited once more, or tried again after a failure. */
export interface RequestWorkInput {
  roster: string
  member: string
  kind: 'converge' | 'invitation' | 'retry'
  /** Counts only where the roster is the one that was made then (ms). */
  born?: number
  /** How often a person may ask. */
  limit?: { kind: string; windows: readonly LimitWindow[] }
  /** Where it was asked for. */
  origin?: 'api' | 'console' | 'member'
}

export interface RequestWorkDeps {
  store: Store
  clock: Clock
  toRef: ToRef
  /** Who asks, and with which request. */
  asker?: Asker | undefined
}

const PRIORITY_OF: Record<RequestWorkInput['kind'], Priority> = {
  converge: 'now',
  invitation: 'now',
  retry: 'interactive',
}

/**
 * A person asks for one member to be looked at now: Apple is read first, whatever is known. Throws not_found, rate_limited where
 * it was asked for too often, and store_unavailable where the roster moves.
 */
export async function requestWork(deps: RequestWorkDeps, input: RequestWorkInput): Promise<void> {
  const teamKey = (await deps.store.directory.newest([input.roster])).get(input.roster)
  if (teamKey === undefined) throw new AppError('not_found', { message: `There is no roster "${input.roster}".` })
  const entry: EventEntry = { t: deps.clock.now(), k: input.kind, o: input.origin ?? 'api' }
  const { found, leased, waitMs } = await deps.store.lane(teamKey).requestWork({
    roster: input.roster,
    member: input.member,
    ref: deps.toRef(input.roster, input.member),
    flag: input.kind === 'invitation' ? 'invite' : 'fresh',
    entry,
    priority: PRIORITY_OF[input.kind],
    born: input.born,
    limit: input.limit,
  })
  if (!found) {
    const roster = await deps.store.rosters.find(input.roster)
    const isAnother = roster?.createdAt !== (input.born ?? roster?.createdAt)
    if (roster && !roster.deleting && !isAnother) assertSettled(roster, teamKey)
    throw new AppError('not_found', { message: `The roster "${input.roster}" has no such member.` })
  }
  if (waitMs > 0) throw new AppError('rate_limited', { retryAfterMs: waitMs })
  noteActivity(deps, teamKey, [{ roster: input.roster, member: input.member, entry: formatEntry(entry) }])
  await deps.store.noteRecorded(teamKey, { awake: leased })
}
