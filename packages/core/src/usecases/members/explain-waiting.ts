import { isBuildLack } from '../../domain/build.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import {
  ALL_TRIED_AGAIN,
  rosterWaitsFor,
  waitsFor,
  type WaitingMember,
  type WaitSurroundings,
  type WaitsFor,
} from '../../domain/waits-for.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { MemberRecord, Store } from '../../store/index.ts'
import type { LaneReader } from '../lane-overview/lane-status.ts'

export interface WaitingDeps {
  store: Store
  clock: Clock
  lanes: Pick<LaneReader, 'status' | 'budgetWait'>
  toRef: ToRef
}

/** For each member whom nothing happens to right now, the outermost reason. A few reads for all of them together. */
export async function explainWaiting(
  deps: WaitingDeps,
  roster: Roster,
  records: readonly MemberRecord[],
): Promise<Map<string, WaitsFor>> {
  const open = records.filter(isOpen)
  const refs = open.map(({ id }) => deps.toRef(roster.id, id))
  const [around, sleeping] = await Promise.all([
    readSurroundings(deps, roster, records, open.length > 0),
    deps.store.lane(roster.teamKey).sleepingJobs(refs),
  ])
  const reasons = new Map<string, WaitsFor>()
  for (const record of records) {
    const member: WaitingMember = {
      id: record.id,
      isOpen: isOpen(record),
      isStuck: record.status === 'waiting',
      changedAt: record.desired.at,
      sleepsUntil: sleeping.get(deps.toRef(roster.id, record.id)) ?? null,
      troubledAt: troubledAt(record),
      lookedAt: lookedAt(record),
    }
    const reason = waitsFor(around, member)
    if (reason) reasons.set(record.id, reason)
  }
  return reasons
}

/**
 * The outermost reason why a roster as a whole does not go on; null where there is nothing to do, or nothing in its way. `hasOpen`:
 * changes are about to come. `heldAside`: what holds those up whom no held plan names.
 */
export async function explainRoster(
  deps: WaitingDeps,
  roster: Roster,
  { hasOpen = false, heldAside = false }: { hasOpen?: boolean; heldAside?: boolean } = {},
): Promise<WaitsFor | null> {
  const isOpen = hasOpen || (await deps.store.members(roster.teamKey, roster.id).counts()).pending > 0
  const around = await readSurroundings(deps, roster, [], isOpen)
  const told = rosterWaitsFor(heldAside ? { ...around, held: [] } : around, isOpen)
  if (told?.code !== 'backlog' || hasOpen || !around.allSleep) return told
  return (await triedAgain(deps, roster)) ?? told
}

/** People on the way who are looked at where all of them sleep. */
const LOOKED_AT = 20

/** Nothing of the lane waits for its turn: who is tried again first after a failure is what the roster waits for. */
async function triedAgain(deps: WaitingDeps, roster: Roster): Promise<WaitsFor | null> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const { ids } = await members.list({ status: 'pending', limit: LOOKED_AT })
  const records = (await members.findMany(ids)).filter((record) => record !== undefined)
  const tried = [...(await explainWaiting(deps, roster, records)).values()].filter(({ code }) => code === 'retry')
  const [first] = tried.toSorted((a, b) => (a.until ?? 0) - (b.until ?? 0))
  return first === undefined ? null : { ...first, ...ALL_TRIED_AGAIN }
}

/** The newest desired state is not carried out yet. A refusal is an end, until something new is wanted. */
function isOpen({ desired, observed, status }: MemberRecord): boolean {
  return status !== 'failed' && desired.version !== (observed?.converged ?? 0)
}

/** A missing build is no trouble of a turn: the state is read once more, and that is all. */
function troubledAt({ desired, observed }: MemberRecord): number | null {
  const problem = observed?.problem
  return problem && problem.at >= desired.at && !isBuildLack(problem.code) ? problem.at : null
}

/** A change of ours went out, or its answer was read: since then the reading after it is waited for. */
function lookedAt({ desired, observed }: MemberRecord): number | null {
  const at = observed?.writing?.at ?? observed?.observedAt ?? null
  return at !== null && at >= desired.at ? at : null
}

async function readSurroundings(
  { store, clock, lanes }: WaitingDeps,
  roster: Roster,
  records: readonly MemberRecord[],
  hasOpen: boolean,
): Promise<WaitSurroundings & { allSleep: boolean }> {
  const now = clock.now()
  const reconciliations = store.lane(roster.teamKey).reconciliations
  const [lane, plans, { isServed, seenAt }, status, budget] = await Promise.all([
    store.lane(roster.teamKey).standing(),
    reconciliations.listHeld(roster.id),
    hasOpen ? store.workers.serving(roster.teamKey, now) : { isServed: true, seenAt: null },
    hasOpen ? lanes.status(roster.teamKey) : null,
    hasOpen ? lanes.budgetWait(roster.teamKey) : null,
  ])
  const members = records.map(({ id }) => id)
  const held = await Promise.all(
    plans.map(async (plan) => ({
      id: plan.id,
      at: plan.startedAt,
      remove: plan.plan.remove,
      removals: await reconciliations.namedBy(plan, members),
    })),
  )
  return {
    now,
    lane,
    roster,
    held,
    worker: isServed ? 'running' : { seenAt },
    budget,
    outage: lane.outage,
    backlogUntil: status?.backlogDoneAt ?? null,
    allSleep: status !== null && status.waiting + status.active === 0,
  }
}
