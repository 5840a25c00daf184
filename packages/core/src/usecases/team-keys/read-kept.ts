import { fits } from '../../domain/shape.ts'
import type { TeamKey } from '../../domain/roster.ts'
import { isAppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import type { KeptAnswer } from './kept-answers.ts'

const flights = new WeakMap<Store, Map<string, Promise<unknown>>>()

/**
 * What App Store Connect says, at most a minute old: asked for over and over, it is told from what is kept, and asked for many times
 * at once, it is asked once. Of a key that was replaced nothing is told.
 */
export async function readKept<T>(
  deps: { store: Store },
  teamKey: TeamKey,
  { name, shape }: KeptAnswer<T>,
  read: () => Promise<T>,
): Promise<T> {
  const kept = deps.store.lane(teamKey.id).kept
  const place = `${teamKey.updatedAt}:${name}`
  const found = await kept.find(place)
  if (fits(shape, found)) return found
  const ours = flights.get(deps.store) ?? new Map<string, Promise<unknown>>()
  flights.set(deps.store, ours)
  const flight = `${teamKey.id}:${place}`
  const underWay = ours.get(flight)
  if (underWay) {
    const answer = await underWay.catch((error: unknown) => {
      // Another caller's share is used up; ours may not be.
      if (isAppError(error, 'rate_limited')) return undefined
      throw error
    })
    if (fits(shape, answer)) return structuredClone(answer)
  }
  const reading = read().then(async (answer) => {
    await kept.put(place, answer)
    return answer
  })
  ours.set(flight, reading)
  try {
    return await reading
  } finally {
    if (ours.get(flight) === reading) ours.delete(flight)
  }
}

/** After a change of ours. */
export async function forgetKept(deps: { store: Store }, teamKey: TeamKey, { name }: { name: string }): Promise<void> {
  await deps.store.lane(teamKey.id).kept.forget(`${teamKey.updatedAt}:${name}`)
}
