import type { Enqueued } from '../../queues/index.ts'
import type { OutboxEntry } from '../../store/index.ts'
import type { Visit } from './visit.ts'

/**
 * Makes jobs of what intake recorded. Under the lease, so an add never meets a running job of the same member; dropped from the
 * outbox only once queued, so a death in between queues again. Returns how many entries were dealt with.
 */
export async function enqueueRecorded(visit: Visit): Promise<number> {
  const { lane, queue, settings } = visit.deps
  const recorded = await lane.peekOutbox(settings.enqueue)
  if (recorded.length === 0) return 0
  const work = await lane.readWork(recorded.map((entry) => entry.ref))
  const wanted = new Map<string, Enqueued>()
  recorded.forEach((entry, at) => {
    const roster = work[at]?.roster
    // The first mention is the most urgent one; work that is gone was done meanwhile.
    if (roster !== undefined && !wanted.has(entry.ref)) wanted.set(entry.ref, { roster, ref: entry.ref, priority: entry.from })
  })
  const kept = await queue.enqueue([...wanted.values()])
  const done: OutboxEntry[] = recorded.filter((entry) => !kept.has(entry.ref))
  await lane.dropFromOutbox(done)
  return done.length
}
