import type { Visit } from './visit.ts'

/**
 * The last guarantee that nothing recorded is forgotten: work that has neither a job nor a place in the outbox (a job lost with
 * the store's last second, a deduplication key that outlived its job) is recorded anew. Runs when a lane has work and no job.
 */
export async function auditWork(visit: Visit): Promise<number> {
  const { lane, clock, log } = visit.deps
  let cursor = '0'
  let recorded = 0
  do {
    const page = await lane.scanWork(cursor)
    cursor = page.cursor
    const lost = await withoutParked(visit, page.refs.filter(({ work }) => !work.failed))
    await lane.recordAgain(lost, clock.now())
    recorded += lost.length
  } while (cursor !== '0')
  if (recorded > 0) log.warn({ event: 'lane.work_recorded_again', teamKey: visit.teamKey, recorded }, 'lane.work_recorded_again')
  return recorded
}

async function withoutParked(visit: Visit, refs: { ref: string; work: { roster: string } }[]): Promise<string[]> {
  const byRoster = new Map<string, string[]>()
  for (const { ref, work } of refs) byRoster.set(work.roster, [...(byRoster.get(work.roster) ?? []), ref])
  const kept = await Promise.all(
    [...byRoster].map(async ([roster, list]) => {
      const parked = await visit.deps.lane.isParked(roster, list)
      return list.filter((_, at) => !parked[at])
    }),
  )
  return kept.flat()
}
