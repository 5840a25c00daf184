import type { Reconciliation } from './reconciliation.ts'
import type { Problem } from './roster.ts'

const WHY: Record<Exclude<Reconciliation['held'], 'list_unclear' | null>, string> = {
  roster: 'more than the guard of the roster allows',
  team_key: 'more than the guard over all rosters of the team key allows',
  empty: 'everybody',
  list: 'people, by a list more of whose rows were left out than taken',
}

const KIND_WORDS: Record<Reconciliation['kind'], string> = {
  snapshot: 'list',
  reconcile: 'reading',
  reclaim: 'plan to take seats back',
}

/** Why the plan waits: what the roster says of itself, and what upstream is told. */
export function problemOfHeld(plan: Pick<Reconciliation, 'id' | 'kind' | 'held' | 'plan' | 'startedAt'>): Problem {
  if (plan.held === 'list_unclear') {
    const detail = `Some rows of the list ${plan.id} could mean anybody, so it removes nobody. Send a corrected list, or reject the plan.`
    return { code: 'list_unclear', detail, at: plan.startedAt }
  }
  const why = plan.held === null ? 'people' : WHY[plan.held]
  const detail = `The ${KIND_WORDS[plan.kind]} ${plan.id} would remove ${plan.plan.remove}: ${why}. It waits for a decision.`
  return { code: 'roster_held', detail, at: plan.startedAt }
}
