import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import { acceptEvents, type EventOutcome, type IncomingEvent, type IntakeDeps } from '../intake/index.ts'
import { rosterNotFound } from '../rosters/index.ts'

export interface MemberInput {
  email: string | null
  firstName: string | null
  lastName: string | null
}

/** The same as an event of now: a join, or an update of somebody who is in. Throws not_found. */
export async function putMember(
  deps: IntakeDeps,
  request: { roster: Roster; member: string; input: MemberInput; origin?: 'api' | 'console' },
): Promise<EventOutcome> {
  const { roster, member, input, origin } = request
  const known = await deps.store.members(roster.teamKey, roster.id).find(member)
  // An update does not take back in who stopped testing; only a new join does.
  return acceptOne(deps, roster, { member, kind: known?.desired.present ? 'update' : 'join', origin, ...input })
}

/** The same as a member.left of now. Throws not_found. */
export async function deleteMember(
  deps: IntakeDeps,
  { roster, member }: { roster: Roster; member: string },
): Promise<EventOutcome> {
  const known = await deps.store.members(roster.teamKey, roster.id).find(member)
  if (!known) throw new AppError('not_found', { message: `The roster "${roster.id}" has no such member.` })
  return acceptOne(deps, roster, { member, kind: 'leave', email: null, firstName: null, lastName: null })
}

type Change = Pick<IncomingEvent, 'member' | 'kind' | 'email' | 'firstName' | 'lastName'> & {
  origin?: 'api' | 'console' | undefined
}

async function acceptOne(deps: IntakeDeps, roster: Roster, change: Change): Promise<EventOutcome> {
  const event: IncomingEvent = {
    ...change,
    id: undefined,
    source: '',
    roster: roster.id,
    time: undefined,
    origin: change.origin ?? 'api',
  }
  const [outcome] = await acceptEvents(deps, [event])
  if (!outcome || outcome.problem === 'roster_not_found') throw rosterNotFound(roster.id)
  return outcome
}
