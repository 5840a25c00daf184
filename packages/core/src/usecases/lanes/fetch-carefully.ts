import type { LaneJob, LaneQueue } from '../../queues/index.ts'

interface FetchingVisit {
  deps: { queue: Pick<LaneQueue, 'fetch'> }
  lease: { token: string }
  held: Set<LaneJob>
}

/**
 * Jobs in whose hand a worker died are fetched apart from the others: a few together after one death, each alone after two. So
 * a job that ends its worker is found without taking innocent ones along, and a hundred innocent ones are soon through.
 */
export async function fetchCarefully(visit: FetchingVisit, limit: number): Promise<LaneJob[]> {
  const { queue } = visit.deps
  const [first] = await queue.fetch(1, visit.lease.token)
  if (!first) return []
  visit.held.add(first)
  const more = await queue.fetch(Math.min(limit, MOST_TOGETHER[first.stalls] ?? 1) - 1, visit.lease.token)
  const [company, others] = [
    more.filter((job) => job.stalls === first.stalls),
    more.filter((job) => job.stalls !== first.stalls),
  ]
  await Promise.all(others.map((job) => job.giveBack()))
  for (const job of company) visit.held.add(job)
  return [first, ...company]
}

/** By the number of workers that died with the job in hand. */
const MOST_TOGETHER = [Infinity, 10]
