/** Time comes in through deps, so that a test can set it. `now` is wall-clock milliseconds, `monotonic` never jumps. */
export interface Clock {
  now(): number
  monotonic(): number
}

/** The clock of this host: `now` in ms since 1970, `monotonic` in ms that never go back. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
