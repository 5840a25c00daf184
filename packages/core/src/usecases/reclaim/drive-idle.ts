/**
 * What a roster does by itself about seats that are not used: its own step after each reconciliation, under the lane's lease, by what is
 * kept. For one member:
 *
 * | stands                              | step                                                                     |
 * | ----------------------------------- | ------------------------------------------------------------------------ |
 * | a candidate, upstream knows nothing | the grace begins, and upstream is told (`member.idle`), in one write      |
 * | a candidate, the grace is over      | part of a plan to take seats back; `when_full`: as many as wait for one   |
 * | no candidate any more               | the grace is forgotten: another one is told anew                         |
 * | not known                           | nothing: doubt neither takes a seat nor begins the grace again            |
 */
import { randomUUID } from 'node:crypto'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { IdleReason, IdleRule } from '../../domain/idle.ts'
import { AppError } from '../../errors.ts'
import type { MemberRecord } from '../../store/index.ts'
import { inChunks } from '../lists.ts'
import { rostersIn, type Visit } from '../visit/visit.ts'
import { countWaiting } from '../seats/index.ts'
import { listIdle } from '../idle/list-idle.ts'
import { planReclaim, type ReclaimPlan } from '../idle/plan-reclaim.ts'
import { draftReclaim, recordReclaim } from './start-reclaim.ts'

const DAY_MS = 86_400_000
const AT_ONCE = 100
const BUSY_MS = 5_000
/** Plans of a roster that are looked at for what a person, or we ourselves, decided lately. */
const LATEST = 50
/** Seats that were taken back so long ago have gone to whoever waited, or are not wanted. */
const FILLED_AFTER_MS = 10 * 60_000

/** When to come again (ms), or null: after the next reading. */
export async function driveIdle(visit: Visit, rosterId: string): Promise<number | null> {
  const { store, clock } = visit.deps
  const roster = await store.rosters.find(rosterId)
  if (!roster || roster.teamKey !== visit.teamKey || roster.paused || roster.blocked || roster.deleting) return null
  const rule = roster.idle
  if (rule === null || rule.reclaim === 'never') return null
  const reconciliations = store.lane(visit.teamKey).reconciliations
  const id = randomUUID()
  // Somebody is recording a list, or a plan of the same kind.
  if (!(await reconciliations.begin(roster.id, id))) return clock.now() + BUSY_MS
  try {
    const plan = await planReclaim(visit.deps, roster, null)
    const graces = await noteGraces(visit, roster, rule, plan)
    const over = plan.idle.filter((one) => (graces.get(one.id) ?? Infinity) + rule.graceDays * DAY_MS <= clock.now())
    const due = await pickDue(visit, roster, rule, over, graces)
    if (due.length > 0) {
      const record = await draftReclaim(visit.deps, roster, { ...plan, idle: due, kept: [] }, { id, dryRun: false })
      if (!(await isHeldAlready(visit, record))) await recordReclaim(visit.deps, roster, record)
    }
    return null
  } finally {
    await reconciliations.end(roster.id, id)
  }
}

/** Begins the grace of who is a new candidate, and forgets that of who is none. Returns when each candidate's grace began (ms). */
async function noteGraces(
  visit: Visit,
  roster: Roster,
  rule: IdleRule,
  plan: ReclaimPlan,
): Promise<Map<string, number>> {
  const { store, clock } = visit.deps
  const now = clock.now()
  const { doubtful } = await listIdle(visit.deps, roster)
  const reasons = new Map(plan.idle.map(({ id, reason }) => [id, reason]))
  const graces = new Map<string, number>()
  const begin: { record: MemberRecord; reason: IdleReason }[] = []
  const end: MemberRecord[] = []
  const members = store.members(visit.teamKey, roster.id)
  let cursor = '0'
  do {
    const page = await members.scan(cursor)
    cursor = page.cursor
    for (const record of page.records) {
      const grace = record.observed?.grace ?? null
      const reason = reasons.get(record.id)
      if (reason !== undefined && grace?.reason === reason) graces.set(record.id, grace.from)
      else if (reason !== undefined) begin.push({ record, reason })
      else if (grace !== null && !doubtful.has(record.id)) end.push(record)
    }
  } while (cursor !== '0')
  for (const chunk of inChunks(begin, AT_ONCE)) {
    await Promise.all(
      chunk.map(({ record, reason }) => {
        graces.set(record.id, now)
        return keepGrace(visit, roster, record, { from: now, reason, reclaimAt: now + rule.graceDays * DAY_MS })
      }),
    )
  }
  for (const chunk of inChunks(end, AT_ONCE))
    await Promise.all(chunk.map((record) => keepGrace(visit, roster, record, null)))
  return graces
}

const WORDS: Record<IdleReason, string> = {
  not_accepted: 'the invitation is not accepted',
  not_installed: 'the app is not installed',
  no_session: 'the app is not opened',
}

/** In one write: who is told once is never told again, and whoever was not told keeps the seat. */
async function keepGrace(
  visit: Visit,
  roster: Roster,
  { id, desired, observed, status }: MemberRecord,
  grace: { from: number; reason: IdleReason; reclaimAt: number } | null,
): Promise<void> {
  if (observed === null) return
  const { lane, toRef, clock } = visit.deps
  const t = clock.now()
  const told = observed.told ?? { status, problem: null, sequence: 0 }
  const sequence = told.sequence + 1
  const recorded = await lane.recordOutcome(visit.lease.token, {
    roster,
    member: id,
    ref: toRef(roster.id, id),
    met: { fresh: 0, invite: 0 },
    version: desired.version,
    observed: grace
      ? { ...observed, grace: { from: grace.from, reason: grace.reason }, told: { ...told, sequence } }
      : { ...observed, grace: null },
    status,
    entry: grace ? { t, k: 'note', d: tellGrace(grace) } : null,
    fact: grace
      ? {
          type: 'member.idle',
          roster: roster.id,
          member: id,
          sequence,
          status,
          problem: null,
          idle: { reason: grace.reason, reclaimAt: grace.reclaimAt },
          at: t,
        }
      : null,
    ending: 'later',
    testerIds: new Map(),
  })
  if (recorded === 'lost') throw new AppError('lease_lost')
}

const tellGrace = ({ reason, reclaimAt }: { reason: IdleReason; reclaimAt: number }) =>
  `The seat is not used: ${WORDS[reason]}. It is taken back on ${new Date(reclaimAt).toISOString().slice(0, 10)} at the earliest.`

/** Longest idle first. Nobody whom a person left in since the grace began; `when_full`: no more than wait for a seat. */
async function pickDue(
  visit: Visit,
  roster: Roster,
  { reclaim }: IdleRule,
  over: ReclaimPlan['idle'],
  graces: ReadonlyMap<string, number>,
): Promise<ReclaimPlan['idle']> {
  if (over.length === 0) return []
  const { store, clock } = visit.deps
  const reconciliations = store.lane(visit.teamKey).reconciliations
  const rosters = await rostersIn(visit)
  const refused = new Map<string, number>()
  let onTheirWay = 0
  for (const { id, app } of rosters) {
    if (app.id !== roster.app.id) continue
    for (const item of (await reconciliations.list(id, LATEST)).items) {
      if (item.kind !== 'reclaim' || item.dryRun) continue
      if (id === roster.id && item.status === 'rejected' && item.decidedBy !== null) {
        const { removals } = await reconciliations.withNames(item)
        for (const one of removals) refused.set(one, Math.max(item.updatedAt, refused.get(one) ?? 0))
      }
      const isFresh = item.updatedAt > clock.now() - FILLED_AFTER_MS
      if (item.status === 'running' || (item.status === 'done' && isFresh)) onTheirWay += item.plan.remove
    }
  }
  const open = over.filter(({ id }) => (refused.get(id) ?? 0) <= (graces.get(id) ?? 0))
  if (reclaim === 'always') return open
  const waiting = await countWaiting(store, visit.teamKey, roster.app.id)
  return open.slice(0, Math.max(0, waiting - onTheirWay))
}

/** A plan that a person asked for is for them to decide; the same people are not asked about twice. */
async function isHeldAlready(visit: Visit, record: Reconciliation): Promise<boolean> {
  const reconciliations = visit.deps.store.lane(visit.teamKey).reconciliations
  const namesOf = ({ removals }: Reconciliation) => JSON.stringify([...removals].sort())
  for (const item of await reconciliations.listHeld(record.roster)) {
    if (item.kind !== 'reclaim') continue
    if (item.by !== undefined || namesOf(await reconciliations.withNames(item)) === namesOf(record)) return true
  }
  return false
}
