/** Names of what waits in a lane's schedule; run-due carries them out. */
export const reconcileTask = (rosterId: string) => `reconcile:${rosterId}`

/** A reading of one roster's group that was asked for. */
export const requestedTask = (reconciliationId: string) => `requested:${reconciliationId}`

/** The removals of a plan that may be carried out. */
export const approvedTask = (reconciliationId: string) => `approved:${reconciliationId}`

/** Whoever began to record removals is given so long before the lane goes on with them. */
export const GOES_ON_AFTER_MS = 30_000

/** Planned daily, after each death of a worker, and by a check of the team key. */
export const lawTask = (teamKey: string) => `law:${teamKey}`

/** What is left of a roster that is deleted. */
export const deleteTask = (rosterId: string) => `delete:${rosterId}`

export const resumeTask = (rosterId: string) => `resume:${rosterId}`

/** What a roster does by itself about seats that are not used. */
export const idleTask = (rosterId: string) => `idle:${rosterId}`

/** The reading of what its testers did. */
export const usageTask = (rosterId: string) => `usage:${rosterId}`
