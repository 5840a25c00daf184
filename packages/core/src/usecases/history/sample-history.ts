import type { Clock } from '../../domain/clock.ts'
import { MEMBER_STATUSES } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import type { HistorySample, Store } from '../../store/index.ts'

/** Rosters at once: a thousand of them are no burst for the store. */
const AT_ONCE = 100

interface HistoryDeps {
  store: Store
  clock: Clock
}

/**
 * Notes how many members have which status, for the rosters in which this process changed something since the last time: however many
 * rosters there are, those at rest cost nothing. Where two processes changed one, the second finds it noted.
 */
export async function sampleHistory(deps: HistoryDeps): Promise<void> {
  const changed = [...deps.store.takeChanged()]
  for (let from = 0; from < changed.length; from += AT_ONCE) {
    await Promise.all(changed.slice(from, from + AT_ONCE).map(([id, teamKey]) => sampleOne(deps, { id, teamKey })))
  }
}

async function sampleOne({ store, clock }: HistoryDeps, roster: Pick<Roster, 'id' | 'teamKey'>): Promise<void> {
  const history = store.lane(roster.teamKey).roster(roster.id).history
  const [counts, last] = await Promise.all([store.members(roster.teamKey, roster.id).counts(), history.last()])
  if (last && MEMBER_STATUSES.every((status) => last.counts[status] === counts[status])) return
  await history.add({ at: clock.now(), counts })
}

/** Samples of a roster's counts over time, the oldest first, with today's counts at the end. */
export async function readHistory({ store, clock }: HistoryDeps, roster: Roster): Promise<HistorySample[]> {
  const [samples, counts] = await Promise.all([
    store.lane(roster.teamKey).roster(roster.id).history.list(),
    store.members(roster.teamKey, roster.id).counts(),
  ])
  return [...samples, { at: clock.now(), counts }]
}
