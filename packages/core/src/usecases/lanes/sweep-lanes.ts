import type { Clock } from '../../domain/clock.ts'
import type { Log } from '../../log.ts'
import type { Store } from '../../store/index.ts'

export interface SweepDeps {
  store: Store
  clock: Clock
  log: Log
}

const PAGE = 500

/**
 * The guarantee behind the ready index, which is a hint: every lane with work and no due time is rung. Covers an API that died
 * between recording and ringing, and an index that was lost. Returns how many lanes were rung.
 */
export async function sweepLanes({ store, log }: SweepDeps): Promise<number> {
  const lanes = await store.laneIds()
  let rung = 0
  for (let from = 0; from < lanes.length; from += PAGE) {
    const page = lanes.slice(from, from + PAGE)
    const work = await store.workCounts(page)
    const busy = page.filter((_, at) => (work[at] ?? 0) > 0)
    const dueAt = await store.ready.dueAt(busy)
    const forgotten = busy.filter((_, at) => dueAt[at] === null)
    await Promise.all(forgotten.map((lane) => store.ready.ring(lane)))
    rung += forgotten.length
  }
  if (rung > 0) log.info({ event: 'lanes.swept', rung }, 'lanes.swept')
  return rung
}
