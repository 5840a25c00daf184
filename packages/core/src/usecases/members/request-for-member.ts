import type { Roster } from '../../domain/roster.ts'
import { requestWork, type RequestWorkDeps } from '../intake/index.ts'
import { getMember } from './get-member.ts'
import { limitRequest } from './limit-request.ts'

/** Converge now, or Apple's invitation again. Throws not_found, rate_limited. */
export async function requestForMember(
  deps: RequestWorkDeps,
  { roster, member, kind }: { roster: Roster; member: string; kind: 'converge' | 'invitation' },
): Promise<void> {
  await getMember(deps, roster, member)
  await limitRequest(deps, { roster, member, kind })
  await requestWork(deps, { roster: roster.id, member, kind })
}
