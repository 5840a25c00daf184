import type { Roster } from '../../domain/roster.ts'
import { isAppError } from '../../errors.ts'
import { requestWork, type RequestWorkDeps } from '../intake/index.ts'

const PAGE = 500

/** Every failed member of the roster is tried again; returns how many. */
export async function retryFailed(deps: RequestWorkDeps, roster: Roster): Promise<number> {
  const members = deps.store.members(roster.teamKey, roster.id)
  let retried = 0
  let after: string | undefined
  do {
    const { ids, next } = await members.list({ status: 'failed', limit: PAGE, after })
    const asked = await Promise.all(ids.map((member) => retryOne(deps, roster, member)))
    retried += asked.filter(Boolean).length
    after = next ?? undefined
  } while (after !== undefined)
  return retried
}

async function retryOne(deps: RequestWorkDeps, roster: Roster, member: string): Promise<boolean> {
  try {
    await requestWork(deps, { roster: roster.id, member, kind: 'retry' })
    return true
  } catch (error) {
    // Erased since it was listed.
    if (isAppError(error, 'not_found')) return false
    throw error
  }
}
