import type { Clock } from '../../domain/clock.ts'
import { MEMBER_STATUSES } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { createRosterHistory, takeTask, type HistorySample, type Store } from '../../store/index.ts'

/** Rosters at once: a thousand of them are no burst for the store. */
const AT_ONCE = 100

interface HistoryDeps {
  store: Store
  clock: Clock
}

/** Notes for each roster how many members have which status, where that changed. One process in `everyMs` does it. */
export async function sampleHistory(deps: HistoryDeps, everyMs: number): Promise<void> {
  if (!(await takeTask(deps.store.redis, 'history', everyMs - 500))) return
  const rosters = await deps.store.rosters.list()
  for (let from = 0; from < rosters.length; from += AT_ONCE) {
    await Promise.all(rosters.slice(from, from + AT_ONCE).map((roster) => sampleOne(deps, roster)))
  }
}

async function sampleOne({ store, clock }: HistoryDeps, roster: Roster): Promise<void> {
  const history = createRosterHistory(store.redis, roster.teamKey, roster.id)
  const [counts, last] = await Promise.all([store.members(roster.teamKey, roster.id).counts(), history.last()])
  if (last && MEMBER_STATUSES.every((status) => last.counts[status] === counts[status])) return
  await history.add({ at: clock.now(), counts })
}

/** Oldest first, with how it is now. */
export async function readHistory({ store, clock }: HistoryDeps, roster: Roster): Promise<HistorySample[]> {
  const [samples, counts] = await Promise.all([
    createRosterHistory(store.redis, roster.teamKey, roster.id).list(),
    store.members(roster.teamKey, roster.id).counts(),
  ])
  return [...samples, { at: clock.now(), counts }]
}
