import type { Roster } from '../../domain/roster.ts'
import type { AppError } from '../../errors.ts'

/** What may slow a batch down or end it, as the visit sees it: the lane, the key, one endpoint, one group. */
export interface Brakes {
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
  /** When a call to this endpoint may go out (ms); 0: now. */
  opensAt(endpoint: string): number
  /** It refused a call in a way that speaks of nobody in particular. */
  refused(endpoint: string, error: AppError): void
  /** When whoever it refused last comes again (ms). */
  againAt(endpoint: string): number
  /** The roster's group no longer exists, confirmed by reading it. */
  groupGone(roster: Roster): Promise<void>
}
