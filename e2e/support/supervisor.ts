import { timePasses } from '@flightroster/core/testing'
import type { ManagedProcess } from './process.ts'

/** Keeps a program running, as a container's restart policy would, and knows who ended by itself. */
export interface Supervisor {
  /** Ends it by a signal; it is started again. */
  end(signal: NodeJS.Signals): Promise<void>
  /** Ends it by a signal that the same process is sent once more after a while: its successor, hardly started, would die of it. */
  endTwice(signal: NodeJS.Signals, betweenMs: number): Promise<void>
  /** Tells it something that does not end it by itself. */
  signal(signal: NodeJS.Signals): void
  /** What those printed last that ended without having been told to. */
  deaths(): string[]
  stop(): void
}

const RESTART_MS = 300

export function supervise(start: () => ManagedProcess): Supervisor {
  const deaths: string[] = []
  let stopped = false
  let isEnding = false
  let current: ManagedProcess
  const begin = () => {
    const begun = start()
    current = begun
    begun.child.once('exit', () => {
      if (!isEnding && !stopped) deaths.push(begun.output().slice(-2_000))
      if (!stopped) setTimeout(() => stopped || begin(), RESTART_MS)
    })
  }
  begin()
  return {
    async end(signal) {
      isEnding = true
      await current.stop(signal)
      isEnding = false
    },
    async endTwice(signal, betweenMs) {
      isEnding = true
      const one = current
      const ending = one.stop(signal)
      await timePasses(betweenMs)
      if (one.running()) one.child.kill(signal)
      await ending
      isEnding = false
    },
    signal: (signal) => void current.child.kill(signal),
    deaths: () => deaths,
    stop: () => void (stopped = true),
  }
}
