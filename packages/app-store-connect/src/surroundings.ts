/** Time comes in from outside, so that a test can set it. `now`: ms since 1970. `monotonic`: ms that never go back. */
export interface Clock {
  now(): number
  monotonic(): number
}

/** Where the client tells what nobody waits for: a new state, a note that failed, a request that Apple did not understand. Pino's logger fits. */
export interface Log {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

export const silentLog: Log = { warn: () => {}, error: () => {} }
