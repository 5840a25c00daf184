import type { Roster } from '../../domain/roster.ts'
import { isAppError } from '../../errors.ts'
import { inChunks } from '../lists.ts'
import { requestWork, type RequestWorkDeps } from '../intake/index.ts'
import { requestForMember } from './request-for-member.ts'

const AT_ONCE = 200

interface Wanted {
  roster: Roster
  members: readonly string[]
  kind: 'retry' | 'invitation'
  origin?: 'api' | 'console'
}

/** Tries these members again, or asks for Apple's invitation of each. `skipped`: gone since, nobody to invite, or asked for too often. */
export async function requestForMany(
  deps: RequestWorkDeps,
  { roster, members, kind, origin = 'api' }: Wanted,
): Promise<{ done: number; skipped: number }> {
  const records = deps.store.members(roster.teamKey, roster.id)
  let done = 0
  for (const ids of inChunks([...members], AT_ONCE)) {
    const known = kind === 'invitation' ? await records.findMany(ids) : []
    const asked = await Promise.all(
      ids.map(async (member, at) => {
        const desired = known[at]?.desired
        if (kind === 'invitation' && (!desired?.present || desired.email === null)) return false
        return askFor(deps, { roster, member, kind, origin })
      }),
    )
    done += asked.filter(Boolean).length
  }
  return { done, skipped: members.length - done }
}

async function askFor(
  deps: RequestWorkDeps,
  { kind, ...asked }: Required<Omit<Wanted, 'members'>> & { member: string },
): Promise<boolean> {
  try {
    if (kind === 'retry')
      await requestWork(deps, { ...asked, roster: asked.roster.id, born: asked.roster.createdAt, kind })
    else await requestForMember(deps, { ...asked, kind })
    return true
  } catch (error) {
    if (isAppError(error, 'not_found', 'rate_limited')) return false
    throw error
  }
}
