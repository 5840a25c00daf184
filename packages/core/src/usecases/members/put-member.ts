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

/** The same as a member.left of now. Throws not_found. */
export async function deleteMember(
  deps: IntakeDeps,
  { roster, member, traceparent }: { roster: Roster; member: string; traceparent?: string | undefined },
): Promise<EventOutcome> {
  const known = await deps.store.members(roster.teamKey, roster.id).find(member)
  if (!known) throw new AppError('not_found', { message: `The roster "${roster.id}" has no such member.` })
  const change = { member, kind: 'leave', email: null, firstName: null, lastName: null } as const
  return acceptOne(deps, roster, change, traceparent)
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
