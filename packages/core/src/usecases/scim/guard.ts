import { randomUUID } from 'node:crypto'
import { judgeRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { noteRosterActivity } from '../activity/index.ts'
import { closeOvertaken, tellHeld } from '../reconcile/index.ts'
import type { Reconciliations } from '../../store/index.ts'
import type { BindingReader } from './bindings.ts'
import type { ScimDeps } from './directory.ts'

const DAY_MS = 86_400_000

interface Judged {
  bindings: BindingReader
  /** Who leaves, by the key of the roster. */
  leaving: ReadonlyMap<string, ReadonlySet<string>>
  /** Whom the same request brings, by roster. */
  joined: ReadonlyMap<string, number>
  isWhole: boolean
}

/**
 * What one request takes away is judged for each roster like a list: `leave`, the rosters whose people go now; `kept`, those where a
 * plan with the names waits for an approval, and upstream was told so.
 */
export async function holdOrFree(
  deps: ScimDeps,
  { bindings, leaving, joined, isWhole }: Judged,
): Promise<{ leave: Set<string>; kept: Set<string> }> {
  const leave = new Set<string>()
  const kept = new Set<string>()
  for (const [key, people] of leaving) {
    const removals = [...people]
    const roster = await bindings.roster(key)
    if (!roster) continue
    const isHeld = await judge(deps, roster, removals, {
      joined: joined.get(roster.id) ?? 0,
      // One person who is named may be the last one; a whole group that is emptied is no news to act upon unasked.
      isEmptied: (isWhole || removals.length > 1) && (await bindings.countUsers(roster)) === 0,
    })
    const verdict = isHeld ? kept : leave
    verdict.add(key)
  }
  return { leave, kept }
}

/** `rosters`: keys of those where people came back whose removal was held. A plan that names nobody else is closed. */
export async function closePlans(deps: ScimDeps, bindings: BindingReader, rosters: Iterable<string>): Promise<void> {
  for (const key of rosters) {
    const roster = await bindings.roster(key)
    if (!roster) continue
    for (const id of await closeOvertaken(deps, roster)) {
      noteRosterActivity(deps, roster, {
        kind: 'request',
        text: `Everybody whom the identity provider had taken away is back; plan ${id} is closed.`,
      })
    }
  }
}

/** Who held them died before the rest was done, and upstream was told. */
async function isHeldAlready(
  reconciliations: Pick<Reconciliations, 'listHeld' | 'find'>,
  roster: Roster,
  removals: readonly string[],
): Promise<boolean> {
  for (const { id } of await reconciliations.listHeld(roster.id)) {
    const plan = await reconciliations.find(id)
    if (plan?.status !== 'held' || plan.fromEvents !== true) continue
    const named = new Set(plan.removals)
    if (removals.every((one) => named.has(one))) return true
  }
  return false
}

async function judge(
  deps: ScimDeps,
  roster: Roster,
  removals: string[],
  { joined, isEmptied }: { joined: number; isEmptied: boolean },
): Promise<boolean> {
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const counts = await deps.store.members(roster.teamKey, roster.id).counts()
  const present = Object.values(counts).reduce((sum, one) => sum + one, 0) - counts.removed
  const size = Math.max(removals.length, present - joined)
  const at = Math.floor(await deps.store.lane(roster.teamKey).time())
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals: removals.length,
    size,
    recent: await reconciliations.recentRemovals(at - DAY_MS),
    empties: isEmptied,
    allowEmpty: false,
  })
  const id = randomUUID()
  if (verdict.held && (await isHeldAlready(reconciliations, roster, removals))) return true
  if (!verdict.held) {
    // Single people who leave are everyday events, which add up to nothing.
    if (removals.length > 1)
      await reconciliations.noteRemoval({ roster: roster.id, id, removals: removals.length, size, now: at })
    return false
  }
  const record: Reconciliation = {
    v: 1,
    id,
    roster: roster.id,
    kind: 'snapshot',
    status: 'held',
    dryRun: false,
    startedAt: at,
    updatedAt: at,
    progress: { read: 0, total: 0, converged: 0, toConverge: 0 },
    plan: { add: 0, update: 0, remove: removals.length, unchanged: Math.max(0, size - removals.length) },
    removals,
    fromEvents: true,
    unmanaged: [],
    removesUnmanaged: false,
    revision: await reconciliations.revision(roster.id),
    ...(deps.asker ? { by: deps.asker.by } : {}),
    held: verdict.reason,
    approvedAt: null,
    decidedBy: null,
    reason: null,
    problem: null,
  }
  await reconciliations.put(roster, record, { told: tellHeld(record) })
  noteRosterActivity(deps, roster, {
    kind: 'request',
    text: `The identity provider takes ${removals.length} people away; they stay until a person decides (plan ${id}).`,
  })
  return true
}
