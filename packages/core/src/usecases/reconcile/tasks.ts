/** Names of what waits in a lane's schedule; run-due carries them out. */
export const reconcileTask = (rosterId: string) => `reconcile:${rosterId}`

/** A reading of one roster's group that was asked for. */
export const requestedTask = (reconciliationId: string) => `requested:${reconciliationId}`

/** The removals of a plan that may be carried out. */
export const approvedTask = (reconciliationId: string) => `approved:${reconciliationId}`

/** Whoever began to record removals is given so long before the lane goes on with them. */
export const GOES_ON_AFTER_MS = 30_000
