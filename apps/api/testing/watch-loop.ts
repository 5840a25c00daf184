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
const TRIES = 5
/** So much is no noise. */
const PLAIN_MS = 500

/** What work costs, at the best of a few tries. */
export async function costOf<T>(work: () => Promise<T>): Promise<{ result: T; cost: LoopCost }> {
  for (let tried = 1; ; tried++) {
    const end = watchLoop()
    const result = await work()
    const cost = end()
    if (tried >= TRIES || cost.heldMs > PLAIN_MS || (cost.heldMs < MOST.heldMs && cost.mb < MOST.mb))
      return { result, cost }
  }
}
