import type { Command } from 'ioredis'

/** A timer this late says that the process was not running: then the span says nothing of the store. */
const LATE_MS = 50

/** The message of such a failure. */
export const TIMED_OUT = 'Command timed out'

const watched = new WeakSet<Command>()

/**
 * A command without an answer fails after `ms`, however often it is sent on. Of these counts only the time in which this process ran:
 * one that had no processor for a second finds its timers run out before it has read what the store answered long ago, and would say
 * that the store is away.
 */
export function timeOutFairly(command: Command, ms: number): void {
  if (watched.has(command)) return
  watched.add(command)
  watch(command, ms, true)
}

function watch(command: Command, ms: number, isPatient: boolean): void {
  const due = performance.now() + ms
  const timer = setTimeout(() => {
    const lateMs = performance.now() - due
    // Between timers and this, what has arrived meanwhile is read.
    setImmediate(() => {
      if (command.isResolved) return
      if (isPatient && lateMs > LATE_MS) watch(command, Math.min(ms, lateMs), false)
      else command.reject(new Error(TIMED_OUT))
    })
  }, ms)
  const clear = () => clearTimeout(timer)
  command.promise.then(clear, clear)
}
