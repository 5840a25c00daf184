/** Below this a difference is the Date header's whole seconds and the way, not our clock. */
const TOLERANCE_MS = 5_000

export interface ClockOffset {
  /** Apple's clock minus ours, in ms, as the last usable answer showed it; 0 before the first. */
  measuredMs(): number
  /** What token times are moved by: the measured offset where it is more than some seconds. */
  correctionMs(): number
  /** `receivedAt`: our wall clock when the headers came; `roundTripMs`: monotonic. */
  observe(sample: { serverTime: number; receivedAt: number; roundTripMs: number }): void
}

/** Tells a wrong clock from a rejected key: both are a 401, but every answer, the 401 too, carries Apple's Date. */
export function createClockOffset(): ClockOffset {
  let offset = 0
  return {
    measuredMs: () => offset,
    correctionMs: () => (Math.abs(offset) > TOLERANCE_MS ? offset : 0),
    observe({ serverTime, receivedAt, roundTripMs }) {
      // Date is cut to whole seconds, so on average it is half a second late.
      const measured = Math.round(serverTime + 500 - (receivedAt - roundTripMs / 2))
      // A slow answer says little: it may have been dated at either end of its way.
      if (roundTripMs <= TOLERANCE_MS || Math.abs(measured) > roundTripMs) offset = measured
    },
  }
}
