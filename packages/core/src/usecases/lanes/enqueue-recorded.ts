import type { Enqueued, LaneQueue } from '../../queues/index.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { LaneStore, OutboxEntry } from '../../store/index.ts'

export interface EnqueueDeps {
  lane: Pick<LaneStore, 'takeOutbox' | 'openPlaces' | 'dropFromOutbox'>
  queue: Pick<LaneQueue, 'enqueue' | 'add'>
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
  deps: EnqueueDeps,
  token: string,
  limit: number,
): Promise<EnqueueResult | 'busy'> {
  const recorded = await deps.lane.takeOutbox(token, limit)
  if (recorded === 'busy') return 'busy'
  if (recorded.length === 0) return { queued: 0, left: 0, leased: true }
  const made = await makeJobs(deps, recorded)
  return { queued: made.length, ...(await deps.lane.dropFromOutbox(token, made)) }
}

/**
 * Makes their jobs; returns those that may be dropped from the outbox. `isFree`: the lane has no other job, as far as is known, so
 * that the jobs are added at once. One who had a job all the same, be it one that is over, loses nothing by that: it is no second
 * one, and its entry is dropped only while a job is there.
 */
export async function makeJobs(
  { lane, queue, toRef }: Omit<EnqueueDeps, 'lane'> & { lane: Pick<LaneStore, 'openPlaces'> },
  recorded: OutboxEntry[],
  isFree = false,
): Promise<(OutboxEntry & { job?: string })[]> {
  if (recorded.length === 0) return []
  const refs = recorded.map((entry) => toRef(entry.roster, entry.member))
  const wanted = new Map<string, Omit<Enqueued, 'place'> & { member: string }>()
  recorded.forEach(({ roster, member, from }, at) => {
    const ref = refs[at] ?? ''
    // The first mention is the most urgent one.
    if (!wanted.has(ref)) wanted.set(ref, { ref, roster, member, priority: from })
  })
  const items = [...wanted.values()]
  const [places] = await Promise.all([lane.openPlaces(items), isFree ? queue.add(items) : null])
  const placeOf = new Map(items.map(({ ref }, at) => [ref, places[at]]))
  const kept = await queue.enqueue(
    items.flatMap((item) => {
      const place = placeOf.get(item.ref)
      return !place || (isFree && place.state === 'none') ? [] : [{ ...item, place }]
    }),
  )
  return recorded.flatMap((entry, at) => {
    const ref = refs[at] ?? ''
    const place = placeOf.get(ref)
    if (kept.has(ref)) return []
    return [isFree && place ? { ...entry, job: place.state === 'none' ? ref : place.id } : entry]
  })
}
