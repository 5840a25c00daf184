/** Time comes in through deps, so that a test can set it. `now` is wall-clock milliseconds, `monotonic` never jumps. */
export interface Clock {
  now(): number
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
