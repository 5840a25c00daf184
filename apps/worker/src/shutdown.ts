import type { Log } from '@flightroster/core/log'

/** The first SIGTERM or SIGINT drains and exits 0 within the deadline; the second one ends at once: jobs in hand are recovered. */
export function onShutdown(options: { log: Log; deadlineMs: number; drain: () => Promise<void> }): void {
  let begun = false
  const handle = (signal: NodeJS.Signals) => {
    if (begun) {
      options.log.warn({ signal }, 'worker.killed')
      process.exit(1)
    }
    begun = true
    options.log.info({ signal }, 'worker.draining')
    const deadline = setTimeout(() => {
      options.log.warn('The drain took too long; what is in hand is left to be recovered.')
      process.exit(0)
    }, options.deadlineMs)
    deadline.unref()
    options.drain().then(
      () => {
        options.log.info('worker.stopped')
        process.exit(0)
      },
      (error: unknown) => {
        options.log.error({ err: error }, 'The drain failed; what is in hand is left to be recovered.')
        process.exit(0)
      },
    )
  }
  process.on('SIGTERM', handle)
  process.on('SIGINT', handle)
}
