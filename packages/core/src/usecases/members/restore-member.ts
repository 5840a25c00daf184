import { isReclaimed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord } from '../../store/index.ts'
import type { IntakeDeps } from '../intake/index.ts'
import { getMember } from './get-member.ts'
import { acceptOne, assertNewest } from './put-member.ts'

/** Who is out, whoever decided so: taken off the roster, the seat taken back, or taken out at Apple. */
export function canRestore({
  desired,
  observed,
  status,
}: Pick<MemberRecord, 'desired' | 'observed' | 'status'>): boolean {
  return !desired.present || isReclaimed(desired, observed) || status === 'removed' || status === 'revoked'
}

/**
 * Puts somebody back who is out, as a membership that begins now: address and names stay as they are known. False where the member is
 * in, or on the way: then nothing is recorded. Throws not_found, roster_full, newer_event.
 */
export async function restoreMember(
  deps: IntakeDeps,
  request: { roster: Roster; member: string; origin: 'api' | 'console'; traceparent?: string | undefined },
): Promise<boolean> {
  const { roster, member, origin, traceparent } = request
  if (!canRestore(await getMember(deps, roster, member))) return false
  const nothing = { email: undefined, firstName: undefined, lastName: undefined }
  const joins = { member, kind: 'join', entry: 'restored', origin, ...nothing } as const
  const outcome = await acceptOne(deps, roster, joins, traceparent)
  await assertNewest(deps, request, outcome)
  return true
}
