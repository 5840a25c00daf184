import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Register } from '../records.ts'

const MOVING_AGAIN_MS = 2_000
const MOST_KEPT = 10_000

/** Which team key's lane a roster is in. */
export interface RosterDirectory {
  /**
   * Roster id → team key id, for the rosters that exist and stay. Throws store_unavailable while one of them is moving.
   */
  newest(rosterIds: string[]): Promise<Map<string, string>>
  /**
   * As of some earlier time, where it was asked for before. Good enough where the lane is asked too: it knows itself which
   * rosters are in it, and which are being deleted.
   */
  kept(rosterIds: string[]): Promise<Map<string, string>>
}

export function createRosterDirectory(rosters: Pick<Register<Roster>, 'findMany'>): RosterDirectory {
  const known = new Map<string, string>()
  const newest = async (rosterIds: string[]) => {
    for (const id of rosterIds) known.delete(id)
    const found = [...(await rosters.findMany(rosterIds)).values()].filter((roster) => !roster.deleting)
    if (found.some((roster) => roster.moving)) {
      throw new AppError('store_unavailable', {
        message: 'A roster is moving to another team key; send the same request again in a moment.',
        retryAfterMs: MOVING_AGAIN_MS,
      })
    }
    if (known.size > MOST_KEPT) known.clear()
    for (const { id, teamKey } of found) known.set(id, teamKey)
    return new Map(found.map((roster) => [roster.id, roster.teamKey]))
  }
  return {
    newest,
    async kept(rosterIds) {
      const wanted = [...new Set(rosterIds)]
      const unknown = wanted.filter((id) => !known.has(id))
      const answer = unknown.length > 0 ? await newest(unknown) : new Map<string, string>()
      for (const id of wanted) {
        const teamKey = known.get(id)
        if (teamKey !== undefined) answer.set(id, teamKey)
      }
      return answer
    },
  }
}
