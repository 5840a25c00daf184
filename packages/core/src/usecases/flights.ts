import { isAppError } from '../errors.ts'
import type { Store } from '../store/index.ts'

/** What came of it, and whether somebody else had asked for it. */
export interface Landed<T> {
  answer: T
  isShared: boolean
}

/**
 * What is asked for many times at once, under one name, is done once; all get what came of it. Where it ended with the share of
 * whoever asked first, the next one who waits does it: theirs may not be used up.
 */
export function createFlights<T>(): (store: Store, name: string, work: () => Promise<T>) => Promise<Landed<T>> {
  const all = new WeakMap<Store, Map<string, Promise<T>>>()
  return async (store, name, work) => {
    const underWay = all.get(store) ?? new Map<string, Promise<T>>()
    all.set(store, underWay)
    for (let flight = underWay.get(name); flight; flight = underWay.get(name)) {
      try {
        return { answer: await flight, isShared: true }
      } catch (error) {
        if (!isAppError(error, 'rate_limited')) throw error
      }
    }
    const flight = work().finally(() => underWay.delete(name))
    underWay.set(name, flight)
    return { answer: await flight, isShared: false }
  }
}
