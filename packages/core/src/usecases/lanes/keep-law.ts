import type { Roster } from '../../domain/roster.ts'
import { inChunks } from '../lists.ts'
import { deleteTask, resumeTask } from '../schedule/tasks.ts'
import { forgetLeft } from '../people/forget-left.ts'
import { goesOn, rostersIn, type Visit } from '../visit/visit.ts'

const DAY_MS = 86_400_000
const SOON_MS = 1_000
const CHUNK = 500

/**
 * Proves the law of the lane (docs/architecture.md), member by member, and records again whoever is nowhere. In a healthy system it
 * finds nobody. Under the lease: no job is fetched meanwhile, so one that waits goes on waiting. It reads all records, so whoever left
 * long ago is forgotten on the way.
 */
export async function keepLaw(visit: Visit): Promise<number | null> {
  const { store, lane, clock, log } = visit.deps
  const waiting = await lane.waitingJobs()
  const from = await lane.scanPosition()
  const rosters = (await rostersIn(visit))
    .filter(({ moving, forgetting }) => !moving && !forgetting)
    .filter(({ id }) => id >= (from?.roster ?? ''))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  let recovered = 0
  let forgotten = 0
  for (const roster of rosters) {
    await finishWhatWasBegun(visit, roster)
    await store.members(visit.teamKey, roster.id).dropFormerIndex()
    let cursor = roster.id === from?.roster ? from.cursor : '0'
    do {
      if (!goesOn(visit)) {
        await lane.keepScanPosition({ roster: roster.id, cursor })
        return clock.now() + SOON_MS
      }
      const page = await store.members(visit.teamKey, roster.id).scan(cursor)
      cursor = page.cursor
      const open = page.records.filter(
        ({ desired, observed, status }) => desired.version !== (observed?.converged ?? 0) && status !== 'failed',
      )
      recovered += await recoverOf(visit, roster, open, waiting)
      forgotten += await forgetLeft(visit, roster, page.records)
    } while (cursor !== '0')
  }
  await lane.keepScanPosition(null)
  if (recovered > 0)
    log.error({ event: 'lane.members_recovered', teamKey: visit.teamKey, recovered }, 'lane.members_recovered')
  if (forgotten > 0)
    log.info({ event: 'lane.members_forgotten', teamKey: visit.teamKey, forgotten }, 'lane.members_forgotten')
  return clock.now() + Math.round(DAY_MS * (0.9 + Math.random() * 0.2))
}

/** Whoever resumed or deleted it may have died half-way: that is no fault, and its task sees to it. */
async function finishWhatWasBegun({ deps, teamKey }: Visit, { id, deleting, paused, blocked }: Roster): Promise<void> {
  const schedule = deps.store.lane(teamKey).schedule
  if (deleting) await schedule.plan(deleteTask(id), deps.clock.now())
  const [resumedAt] = await schedule.dueAt([resumeTask(id)])
  if ((deleting || typeof resumedAt === 'number') && !paused && !blocked) await deps.lane.unpark(id)
}

async function recoverOf(
  { deps, lease }: Visit,
  roster: Roster,
  open: { id: string }[],
  waiting: ReadonlySet<string>,
): Promise<number> {
  const unseen = open.map(({ id }) => ({ id, ref: deps.toRef(roster.id, id) })).filter(({ ref }) => !waiting.has(ref))
  let recovered = 0
  for (const chunk of inChunks(unseen, CHUNK)) recovered += await deps.lane.recordStranded(lease.token, roster, chunk)
  return recovered
}
