import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { noteRosterActivity } from '../activity/index.ts'
import { countSeats } from '../seats/count-seats.ts'
import type { GroupComparison } from './compare-group.ts'
import { tellPlan } from './tell-plan.ts'

/** Keeps how a reading ended. What an earlier one held is replaced, unless it holds the very same people. */
export async function noteReading(
  visit: Visit,
  roster: Roster,
  plan: Reconciliation,
  isRequested: boolean,
): Promise<void> {
  const { store, clock } = visit.deps
  const reconciliations = store.lane(visit.teamKey).reconciliations
  const now = clock.now()
  const noted = { ...plan, updatedAt: now }
  const earlier = (await reconciliations.listHeld(roster.id)).filter(({ kind }) => kind === 'reconcile')
  const isHeld = plan.status === 'held'
  if (isHeld && !isRequested) {
    for (const held of earlier) if (holdsSame(await reconciliations.withNames(held), plan)) return
  }
  const rejected = { status: 'rejected', reason: 'A newer reading replaced it.', updatedAt: now } as const
  const replaced = plan.dryRun ? [] : earlier
  await reconciliations.put(roster, noted, {
    told: await tellPlan(visit.deps, noted, replaced.length),
    replaces: replaced.map((held) => [held, { ...held, ...rejected }]),
  })
  if (isRequested || isHeld || isChange(plan)) {
    noteRosterActivity(
      visit.deps,
      { id: roster.id, teamKey: visit.teamKey },
      { kind: 'reconcile', text: tellReading(plan) },
    )
  }
}

const isChange = ({ plan }: Reconciliation) => plan.add + plan.update + plan.remove > 0

function tellReading({ plan, status, dryRun, id }: Reconciliation): string {
  const counts = `${plan.add} to add, ${plan.update} to change, ${plan.remove} to remove`
  const ending = dryRun ? '; a dry run, nothing was changed' : status === 'held' ? '; its removals are held' : ''
  return `The group was read and reconciled: ${counts}${ending} (plan ${id}).`
}

function holdsSame(held: Reconciliation, plan: Reconciliation): boolean {
  const namesOf = ({ removals, unmanaged, removesUnmanaged }: Reconciliation) =>
    JSON.stringify([[...removals].sort(), removesUnmanaged ? unmanaged.map(({ testerId }) => testerId).sort() : []])
  return namesOf(held) === namesOf(plan)
}

/** Flagged: the listing could not be proven complete. */
export async function noteIncomplete(visit: Visit, roster: Roster, record: Reconciliation): Promise<void> {
  const { store, clock, log } = visit.deps
  const at = clock.now()
  const detail = 'The listing of the group was not complete, so nothing was concluded from it.'
  log.warn({ event: 'reconcile.incomplete', roster: roster.id }, 'reconcile.incomplete')
  await store.lane(visit.teamKey).reconciliations.put(roster, {
    ...record,
    status: 'failed',
    updatedAt: at,
    problem: { code: 'apple_answer_unreadable', detail, at },
  })
  noteRosterActivity(
    visit.deps,
    { id: roster.id, teamKey: visit.teamKey },
    { kind: 'reconcile', text: detail, problem: 'apple_answer_unreadable' },
  )
  const standing = await store.standing(roster.id)
  await store.putStanding(roster.id, { ...standing, lastReconcile: { id: record.id, at, outcome: 'incomplete' } })
}

export async function noteStanding(
  visit: Visit,
  roster: Roster,
  plan: Reconciliation,
  compared: GroupComparison,
): Promise<void> {
  const { store, clock } = visit.deps
  await countNowAndThen(visit, roster)
  const changed = plan.plan.add + plan.plan.update + plan.plan.remove > 0
  const removed = plan.status === 'done' && plan.removesUnmanaged && !plan.dryRun ? compared.unmanaged.length : 0
  await store.putStanding(roster.id, {
    lastReconcile: {
      id: plan.id,
      at: clock.now(),
      outcome: plan.status === 'held' ? 'held' : changed ? 'changed' : 'in_sync',
    },
    lastFullAt: clock.now(),
    drift: compared.unmanaged.length - removed,
  })
}

/** The rosters of an app share one count. */
async function countNowAndThen(visit: Visit, { app, teamKey }: Roster): Promise<void> {
  const { store, clock } = visit.deps
  const { countedAt } = await store.lane(teamKey).seats(app.id).read()
  if (countedAt !== null && clock.now() - countedAt < COUNTED_EVERY_MS) return
  await countSeats({ store, clock, session: sessionOf(visit) }, { teamKey, appId: app.id }, { public: true })
}

const COUNTED_EVERY_MS = 600_000
