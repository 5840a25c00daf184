import { say } from './say.mjs'

/** One Ctrl-C may arrive twice: from the terminal, and again by way of npm. */
const SAME_PRESS_MS = 1_500

/** Resolves at the first signal to stop; a later one calls `again`. */
export function onStopSignal(again) {
  return new Promise((resolve) => {
    let firstAt
    const hear = (signal) => {
      firstAt ??= Date.now()
      resolve(signal)
      if (Date.now() - firstAt < SAME_PRESS_MS) return
      say('Stopping at once.')
      again()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, hear)
  })
}

/** A terminal or a pipe that is gone is no reason to die and leave everything running. */
export function outliveOutput() {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
