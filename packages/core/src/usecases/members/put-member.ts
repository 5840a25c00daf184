import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Desired } from '../../domain/member.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { acceptEvents, type EventOutcome, type IncomingEvent, type IntakeDeps } from '../intake/index.ts'
import { rosterNotFound } from '../rosters/index.ts'

/** null clears what is known, undefined keeps it. */
export interface MemberInput {
  email: string | null | undefined
  firstName: string | null | undefined
  lastName: string | null | undefined
}

/** The same as an event of now: a join, or an update of somebody who is in. Throws not_found. */
export async function putMember(
  deps: IntakeDeps,
  request: {
    roster: Roster
    member: string
    input: MemberInput
    origin?: 'api' | 'console'
    traceparent?: string | undefined
    /** Undefined: nobody of this id was ever here. */
    assertSeen?: AssertSeen<Desired | undefined>
  },
): Promise<EventOutcome> {
  const { roster, member, input, origin, traceparent, assertSeen } = request
  for (;;) {
    const known = await deps.store.members(roster.teamKey, roster.id).find(member)
    assertSeen?.(known?.desired)
    // An update does not take back in who stopped testing; only a new join does.
    const kind = known?.desired.present ? 'update' : 'join'
    const basis = assertSeen === undefined ? {} : { onVersion: known?.desired.version ?? 0 }
    const outcome = await acceptOne(deps, roster, { member, kind, origin, ...input, ...basis }, traceparent)
    // Somebody else was between: what is there now decides.
    if (!outcome.isOutdated) return outcome
  }
}

/** Takes a member off the roster, as a `member.left` of now does. Throws not_found. */
export async function deleteMember(
  deps: IntakeDeps,
  { roster, member, traceparent }: { roster: Roster; member: string; traceparent?: string | undefined },
): Promise<EventOutcome> {
  const known = await deps.store.members(roster.teamKey, roster.id).find(member)
  if (!known) throw new AppError('not_found', { message: `The roster "${roster.id}" has no such member.` })
  const change = { member, kind: 'leave', email: null, firstName: null, lastName: null } as const
  return acceptOne(deps, roster, change, traceparent)
}

/**
 * For whoever is told that it was done: an event may be up to ten minutes ahead of our clock, and what is asked for meanwhile is older.
 * Throws newer_event.
 */
export async function assertNewest(
  { store, clock }: Pick<IntakeDeps, 'store' | 'clock'>,
  { roster, member }: { roster: Roster; member: string },
  { status }: EventOutcome,
): Promise<void> {
  if (status !== 'stale') return
  const time = (await store.members(roster.teamKey, roster.id).find(member))?.desired.time ?? clock.now()
  const until = `${new Date(time).toISOString().slice(0, 19)}Z`
  throw new AppError('newer_event', {
    message: `Nothing was changed: the membership system sent an event with the time ${until}, and the newest decides.`,
    retryAfterMs: Math.max(1_000, time - clock.now()),
  })
}

type Change = Pick<IncomingEvent, 'member' | 'kind' | 'email' | 'firstName' | 'lastName' | 'entry' | 'onVersion'> & {
  origin?: 'api' | 'console' | undefined
}

/** Throws not_found, roster_full. */
export async function acceptOne(
  deps: IntakeDeps,
  roster: Roster,
  change: Change,
  traceparent: string | undefined,
): Promise<EventOutcome> {
  const event: IncomingEvent = {
    ...change,
    id: undefined,
    source: '',
    roster: roster.id,
    time: undefined,
    origin: change.origin ?? 'api',
  }
  const [outcome] = await acceptEvents(deps, [event], traceparent)
  if (!outcome || outcome.problem === 'roster_not_found') throw rosterNotFound(roster.id)
  if (outcome.problem === 'roster_full') throw new AppError('roster_full')
  return outcome
}
