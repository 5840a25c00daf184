import { fits } from '../../domain/shape.ts'
import type { TeamKey } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import { createFlights } from '../flights.ts'
import type { KeptAnswer } from './kept-answers.ts'

const flights = createFlights<unknown>()

/**
 * What App Store Connect says, at most a minute old: asked for over and over, it is told from what is kept, and asked for many times
 * at once, it is asked once. Of a key that was replaced nothing is told.
 */
export async function readKept<T>(
  deps: { store: Store },
  teamKey: TeamKey,
  { name, shape }: KeptAnswer<T>,
  readNow: () => Promise<T>,
): Promise<T> {
  const kept = deps.store.lane(teamKey.id).kept
  const place = `${teamKey.updatedAt}:${name}`
  const found = await kept.find(place)
  if (fits(shape, found)) return found
  const { answer, isShared } = await flights(deps.store, `${teamKey.id}:${place}`, async () => {
    const read = await readNow()
    await kept.put(place, read)
    return read
  })
  if (!fits(shape, answer)) throw new Error(`An answer called ${name} is none.`)
  return isShared ? structuredClone(answer) : answer
}

/** Drops a kept answer of App Store Connect, after a change of ours that makes it untrue. */
export async function forgetKept(deps: { store: Store }, teamKey: TeamKey, { name }: { name: string }): Promise<void> {
  await deps.store.lane(teamKey.id).kept.forget(`${teamKey.updatedAt}:${name}`)
}
