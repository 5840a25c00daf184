import type { Enqueued, LaneQueue } from '../../queues/index.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { LaneStore } from '../../store/index.ts'

export interface EnqueueDeps {
  lane: Pick<LaneStore, 'takeOutbox' | 'openPlaces' | 'dropFromOutbox'>
  queue: Pick<LaneQueue, 'enqueue'>
  toRef: ToRef
}

export interface EnqueueResult {
  /** Recorded changes that have a job now. */
  queued: number
  /** Recorded ones that have none yet: their members' jobs run just now, or they came meanwhile. */
  left: number
  /** True while a worker visits the lane. */
  leased: boolean
}

/**
 * Makes jobs of what was recorded, at most `limit` at once. Whoever recorded does it, and whoever visits the lane; `busy`: another
 * process is at it. It never meets a change half-way: an entry goes only once its member has a job that was not begun when it was
 * read, and only where nothing was recorded since. So a death in between, or two at once, queue again, which is harmless.
 */
export async function enqueueRecorded(
  { lane, queue, toRef }: EnqueueDeps,
  token: string,
  limit: number,
): Promise<EnqueueResult | 'busy'> {
  const recorded = await lane.takeOutbox(token, limit)
  if (recorded === 'busy') return 'busy'
  if (recorded.length === 0) return { queued: 0, left: 0, leased: true }
  const refs = recorded.map((entry) => toRef(entry.roster, entry.member))
  const wanted = new Map<string, Omit<Enqueued, 'place'> & { member: string }>()
  recorded.forEach(({ roster, member, from }, at) => {
    const ref = refs[at] ?? ''
    // The first mention is the most urgent one.
    if (!wanted.has(ref)) wanted.set(ref, { ref, roster, member, priority: from })
  })
  const items = [...wanted.values()]
  const places = await lane.openPlaces(items)
  const placed = items.flatMap((item, at) => (places[at] ? [{ ...item, place: places[at] }] : []))
  const kept = await queue.enqueue(placed)
  const done = recorded.filter((_, at) => !kept.has(refs[at] ?? ''))
  return { queued: done.length, ...(await lane.dropFromOutbox(token, done)) }
}
