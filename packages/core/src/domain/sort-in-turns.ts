import { setImmediate as breathe } from 'node:timers/promises'

/** Looked at between two turns: a few milliseconds, whatever comparing costs. */
export const SORTED_AT_ONCE = 1_000

/** The order of ids, and of all texts that no person reads. */
export const byId = ({ id: a }: { id: string }, { id: b }: { id: string }): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * As `toSorted`, in pieces, with a turn for others of the process before each but the first: a hundred thousand at one go would hold
 * them up for half a second.
 */
export async function sortInTurns<T extends object | string>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  turn: () => Promise<unknown> = breathe,
): Promise<T[]> {
  let runs: T[][] = []
  for (let from = 0; from < items.length; from += SORTED_AT_ONCE) {
    if (from > 0) await turn()
    runs.push(items.slice(from, from + SORTED_AT_ONCE).sort(compare))
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let at = 0; at < runs.length; at += 2)
      merged.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], compare, turn))
    runs = merged
  }
  return runs[0] ?? []
}

async function merge<T extends object | string>(
  first: T[],
  second: T[],
  compare: (a: T, b: T) => number,
  turn: () => Promise<unknown>,
): Promise<T[]> {
  if (second.length === 0) return first
  const merged: T[] = []
  let at = 0
  for (const item of first) {
    let other = second[at]
    // What is equal stays in the order given.
    while (other !== undefined && compare(other, item) < 0) {
      if (merged.length % SORTED_AT_ONCE === 0) await turn()
      merged.push(other)
      other = second[++at]
    }
    if (merged.length % SORTED_AT_ONCE === 0) await turn()
    merged.push(item)
  }
  return merged.concat(second.slice(at))
}
