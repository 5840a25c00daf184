import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
export const collectGarbage = runInNewContext('gc') as () => void

export interface LoopCost {
  heldMs: number
  mb: number
}

/** As promised: no body holds the process longer, or needs more memory. */
export const MOST: LoopCost = { heldMs: 50, mb: 64 }

/**
 * The longest that the process was held between two turns of the loop, and the most memory in use beyond what was before. Held: by the
 * clock and by the processor's time, whichever is less, since other programs take from the one and other threads add to the other.
 */
function watchLoop(): () => LoopCost {
  const inUse = () => {
    const { heapUsed, external } = process.memoryUsage()
    return (heapUsed + external) / 1024 / 1024
  }
  collectGarbage()
  const before = inUse()
  let [heldMs, mb] = [0, 0]
  let last = { cpu: process.cpuUsage(), at: performance.now() }
  const look = () => {
    const { user, system } = process.cpuUsage(last.cpu)
    heldMs = Math.max(heldMs, Math.min((user + system) / 1_000, performance.now() - last.at))
    // What is in use is what is left once nobody waits for the rest.
    if (inUse() - before > Math.max(mb, MOST.mb / 2)) {
      collectGarbage()
      mb = Math.max(mb, inUse() - before)
    }
    last = { cpu: process.cpuUsage(), at: performance.now() }
  }
  const timer = setInterval(look, 1)
  return () => {
    look()
    clearInterval(timer)
    return { heldMs, mb }
  }
}

/** The machine may be busy, and whoever sends may be in this process, too; what holds the loop by itself does so each time. */
const TRIES = 10
/** So much is no noise. */
const PLAIN_MS = 500

/** What the work of the yardstick takes on the machine that the promise is measured on: two shared cores of 2026. */
const YARDSTICK_MS = 2
const yardstick = JSON.stringify(Array.from({ length: 5_000 }, (_, at) => ({ id: `u-${at}`, email: `a.${at}@b.test` })))

/** How many times longer than there the same work takes here and now; 1 on a quicker machine. */
function slowness(): number {
  const times = Array.from({ length: 11 }, () => {
    const begun = performance.now()
    JSON.stringify(JSON.parse(yardstick))
    return performance.now() - begun
  }).toSorted((a, b) => a - b)
  return Math.max(1, (times[5] ?? 0) / YARDSTICK_MS)
}

/** What work costs, at the best of a few tries. Time is counted as a ratio to a yardstick in the same run, so a slow machine is no fault. */
export async function costOf<T>(work: () => Promise<T>): Promise<{ result: T; cost: LoopCost }> {
  for (let tried = 1; ; tried++) {
    const before = slowness()
    const end = watchLoop()
    const result = await work()
    const watched = end()
    const cost = { ...watched, heldMs: watched.heldMs / Math.max(before, slowness()) }
    if (tried >= TRIES || cost.heldMs > PLAIN_MS || (cost.heldMs < MOST.heldMs && cost.mb < MOST.mb))
      return { result, cost }
  }
}
