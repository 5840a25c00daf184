import { judgeRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord } from '../../store/index.ts'
import type { Visit } from '../visit/visit.ts'
import type { GroupComparison } from './compare-group.ts'

const DAY_MS = 86_400_000

/** What a complete reading of the group means for it: `running` where it may be carried out, `held` where a person decides. */
export async function planReading(
  visit: Visit,
  roster: Roster,
  record: Reconciliation,
  compared: GroupComparison,
  { records, read }: { records: ReadonlyMap<string, MemberRecord>; read: number },
): Promise<Reconciliation> {
  const reconciliations = visit.deps.store.lane(visit.teamKey).reconciliations
  const removesUnmanaged = roster.unmanagedTesters === 'remove'
  const removals = compared.lingering.length + (removesUnmanaged ? compared.unmanaged.length : 0)
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals,
    size: read,
    recent: await reconciliations.recentRemovals(visit.deps.clock.now() - DAY_MS),
    empties: removals > 0 && removals === read && [...records.values()].some(({ desired }) => desired.present),
    allowEmpty: false,
  })
  const back = roster.removedByHand === 'restore' ? compared.vanished.length : 0
  const add = compared.missing.length + back
  const updated = [...compared.seen, ...compared.returned].map((item) => item.record.id)
  const added = [...compared.missing, ...(back > 0 ? compared.vanished : [])]
  return {
    ...record,
    // A dry run waits for nobody: there is nothing to approve.
    status: verdict.held && !record.dryRun ? 'held' : 'running',
    held: verdict.held ? verdict.reason : null,
    progress: {
      read,
      total: read,
      converged: compared.seen.length,
      toConverge: updated.length + add + (verdict.held ? 0 : removals),
    },
    plan: {
      add,
      update: updated.length,
      remove: removals,
      unchanged: Math.max(0, read - removals - compared.seen.length),
    },
    removals: compared.lingering.map((item) => item.record.id),
    added: added.map(({ id }) => id),
    updated,
    unmanaged: compared.unmanaged.map((row) => ({ testerId: row.id, email: row.email })),
    removesUnmanaged,
    revision: await reconciliations.revision(roster.id),
    // Of an earlier try.
    problem: null,
  }
}
