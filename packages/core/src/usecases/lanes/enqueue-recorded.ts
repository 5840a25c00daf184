import type { Enqueued } from '../../queues/index.ts'
import type { OutboxEntry } from '../../store/index.ts'
import type { Visit } from './visit.ts'

/**
 * Makes jobs of what intake recorded. Under the lease, so an add never meets a running job of the same member; dropped from the
 * outbox only once queued, so a death in between queues again. Returns how many entries were dealt with.
 */
export async function enqueueRecorded(visit: Visit, recorded: OutboxEntry[]): Promise<number> {
  const { lane, queue, toRef } = visit.deps
  if (recorded.length === 0) return 0
  const refs = recorded.map((entry) => toRef(entry.roster, entry.member))
  const wanted = new Map<string, Enqueued & { member: string }>()
  recorded.forEach(({ roster, member, from }, at) => {
    const ref = refs[at] ?? ''
    // The first mention is the most urgent one.
    if (!wanted.has(ref)) wanted.set(ref, { ref, roster, member, priority: from })
  })
  const items = [...wanted.values()]
  // A member has one job: the new one takes the place of one that lies failed.
  await queue.removeFailed(await lane.openWork(items))
  const kept = await queue.enqueue(items)
  const done = recorded.filter((_, at) => !kept.has(refs[at] ?? ''))
  await lane.dropFromOutbox(done)
  return done.length
}
