import type { Roster } from '../../domain/roster.ts'
import type { AppError } from '../../errors.ts'
import type { Endpoints } from '../visit/endpoints.ts'

/** What may slow a batch down or end it, as the visit sees it: the lane, the key, one endpoint, one group. */
export interface Brakes extends Omit<Endpoints, 'note' | 'learnt'> {
  /** Whether anything may still be sent; what was not begun is given back. */
  goesOn(): boolean
  /** Nothing more is sent in this visit. */
  stop(error: AppError): void
  /** A call for so many failed in a way that may be Apple's state as a whole. */
  trouble(error: AppError, merged: number): void
  /** An answer that may speak of the key: whether the key works all the same. */
  doubt(error: AppError): Promise<'works' | 'stopped'>
  /** Settles once no judgement of the key is under way. */
  judged(): Promise<void>
  /** The roster's group no longer exists, confirmed by reading it. */
  groupGone(roster: Roster): Promise<void>
}
