import type { Clock } from '../../domain/clock.ts'
import type { Log } from '../../log.ts'
import type { Store } from '../../store/index.ts'
import { sampleHistory } from './sample-history.ts'

const EVERY_MS = 60_000

/** Samples every minute, in each process that changes members. */
export function startHistory(deps: { store: Store; clock: Clock; log: Log }, everyMs = EVERY_MS): { close(): void } {
  const sample = () => {
    // A missed sample is a step told a minute later.
    sampleHistory(deps).catch((error: unknown) => deps.log.debug({ err: error }, 'history.not_sampled'))
  }
  const timer = setInterval(sample, everyMs)
  timer.unref()
  return { close: () => clearInterval(timer) }
}
