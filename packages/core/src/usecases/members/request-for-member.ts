import type { Roster } from '../../domain/roster.ts'
import { requestWork, type RequestWorkDeps } from '../intake/index.ts'
import { getMember } from './get-member.ts'
import { limitRequest } from './limit-request.ts'

/** Converge now, or Apple's invitation again. Throws not_found, rate_limited. */
export async function requestForMember(
  deps: RequestWorkDeps,
  request: { roster: Roster; member: string; kind: 'converge' | 'invitation'; origin?: 'api' | 'console' },
): Promise<void> {
  await getMember(deps, request.roster, request.member)
  await limitRequest(deps, request)
  await requestWork(deps, { ...request, roster: request.roster.id })
}
