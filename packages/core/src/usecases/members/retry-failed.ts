import type { Roster } from '../../domain/roster.ts'
import type { RequestWorkDeps } from '../intake/index.ts'
import { requestForMany } from './request-for-many.ts'

const PAGE = 500

/** Every failed member of the roster is tried again; returns how many. */
export async function retryFailed(deps: RequestWorkDeps, roster: Roster): Promise<number> {
  const members = deps.store.members(roster.teamKey, roster.id)
  let retried = 0
  let after: string | undefined
  do {
    const { ids, next } = await members.list({ status: 'failed', limit: PAGE, after })
    retried += (await requestForMany(deps, { roster, members: ids, kind: 'retry' })).done
    after = next ?? undefined
  } while (after !== undefined)
  return retried
}
