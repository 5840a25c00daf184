import type { Roster } from '../../domain/roster.ts'
import { requestWork, type RequestWorkDeps, type RequestWorkInput } from '../intake/index.ts'
import { REQUEST_LIMITS } from './limit-request.ts'

/** Converge now, or Apple's invitation again. Throws not_found, rate_limited, store_unavailable. */
export async function requestForMember(
  deps: RequestWorkDeps,
  {
    roster,
    ...request
  }: { roster: Roster; member: string; kind: 'converge' | 'invitation'; origin?: RequestWorkInput['origin'] },
): Promise<void> {
  const { kind } = request
  const limit = { kind, windows: REQUEST_LIMITS[kind] }
  await requestWork(deps, { ...request, roster: roster.id, born: roster.createdAt, limit })
}
