/** What the last readings of Apple said of a roster as a whole. Written by the worker alone. */
export interface RosterStanding {
  /** When the group was last reconciled (ms), and how that ended. */
  lastReconcile: {
    id: string | null
    at: number
    outcome: 'in_sync' | 'changed' | 'held' | 'incomplete' | 'failed'
  } | null
  /** When the whole group was last read (ms). */
  lastFullAt: number
  /** Testers in the group whom nobody put on the roster. */
  drift: number
}

/** Apple's limit of external testers of one app. */
export const SEATS_LIMIT = 10_000

/** Of a roster that has never been reconciled. */
export const NO_STANDING: RosterStanding = { lastReconcile: null, lastFullAt: 0, drift: 0 }
