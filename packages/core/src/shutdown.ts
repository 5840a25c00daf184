import type { Log } from './log.ts'

/**
 * How a process of ours ends. The exit code says which ending it was (docs/operating.md, "Draining"):
 *
 * | code | ending |
 * | ---: | --- |
 * | 0 | asked to end by SIGTERM or SIGINT, and ended: closed in time, or not, and then other processes finish what was in hand |
 * | 1 | it could not start, or a second signal ended it at once |
 */
export interface ShutdownOptions {
  log: Log
  /** Ends what is under way and closes what is open. Called once. */
  close: () => Promise<void>
  /** Who asked waits no longer than that (ms); Kubernetes kills after 30 s, Docker after 10 s unless told otherwise. */
  deadlineMs: number
  /** The process that is to end; a test gives one of its own. */
  target?: {
    on(signal: 'SIGTERM' | 'SIGINT', end: (signal: NodeJS.Signals) => void): unknown
    exit: (code: number) => void
  }
}

/**
 * From then on the first SIGTERM or SIGINT closes, and the second one ends at once. Nothing is lost by any of these endings: what
 * was answered is kept, and work in hand is recovered by whoever comes next.
 */
export function endOnSignals({ log, close, deadlineMs, target = process }: ShutdownOptions): void {
  let isEnding = false
  const end = (signal: NodeJS.Signals) => {
    if (isEnding) {
      log.warn({ event: 'process.killed', signal }, 'process.killed')
      return target.exit(1)
    }
    isEnding = true
    log.info({ event: 'process.ending', signal }, 'process.ending')
    setTimeout(() => {
      log.warn({ event: 'process.late' }, 'Closing took too long. What is in hand is left to be recovered.')
      target.exit(0)
    }, deadlineMs).unref()
    void closeAll()
  }
  const closeAll = async () => {
    try {
      await close()
      log.info({ event: 'process.ended' }, 'process.ended')
    } catch (error) {
      log.error(
        { event: 'process.close_failed', err: error },
        'Closing failed. What is in hand is left to be recovered.',
      )
    }
    target.exit(0)
  }
  target.on('SIGTERM', end)
  target.on('SIGINT', end)
}
