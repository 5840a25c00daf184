import type { Roster } from '../domain/roster.ts'
import { AppError } from '../errors.ts'

/**
 * Throws conflict while the roster is being deleted, store_unavailable while it moves to another team key, or where it has left that of
 * `teamKey`. Who changes a roster asks in the step that changes it: what was read before may be outdated.
 */
export function assertSettled({ id, deleting, moving, teamKey: now }: Roster, teamKey = now): void {
  if (deleting) throw new AppError('conflict', { message: `The roster "${id}" is being deleted.` })
  if (!moving && now === teamKey) return
  throw new AppError('store_unavailable', {
    message: `The roster "${id}" is moving to another team key; send the same request again in a moment.`,
    retryAfterMs: 2_000,
  })
}
