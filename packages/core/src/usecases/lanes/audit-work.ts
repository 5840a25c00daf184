import type { Visit } from './visit.ts'

/**
 * The last guarantee that nothing is forgotten: members whose job is gone (lost with the store's last second, or swallowed by a
 * deduplication key that outlived its job) are recorded anew. Runs when a lane has work and no job at all.
 */
export async function auditWork(visit: Visit): Promise<number> {
  const { lane, clock, log } = visit.deps
  let cursor = '0'
  let recorded = 0
  do {
    const page = await lane.scanWork(cursor)
    cursor = page.cursor
    const lost = page.refs.filter(({ work }) => !work.failed).map(({ work }) => work)
    await lane.recordAgain(lost, clock.now())
    recorded += lost.length
  } while (cursor !== '0')
  if (recorded > 0)
    log.warn({ event: 'lane.work_recorded_again', teamKey: visit.teamKey, recorded }, 'lane.work_recorded_again')
  return recorded
}
