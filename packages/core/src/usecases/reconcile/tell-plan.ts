import type { RosterFact } from '../../domain/fact.ts'
import { problemOfHeld } from '../../domain/held-plan.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'

/** Told in the step that makes it true; the store numbers it. */
type Told = Omit<RosterFact, 'sequence'>

/**
 * A held plan is decided or replaced: a roster that none holds any more goes on, and whoever was told of the plan is told so. Nothing is told
 * of a roster that is blocked: it goes on once it is mended.
 */
export async function tellDecided({ store }: { store: Store }, roster: string, at: number): Promise<Told | undefined> {
  if ((await store.rosters.find(roster))?.blocked) return undefined
  return { type: 'roster.recovered', roster, problem: null, at }
}

/** A roster is blocked no more. Where a plan of it is still held, that is named: its end is told once somebody has decided. */
export async function tellMended(
  { store }: { store: Store },
  { id, teamKey }: Pick<Roster, 'id' | 'teamKey'>,
  at: number,
): Promise<void> {
  const { facts, reconciliations } = store.lane(teamKey)
  const [held] = await reconciliations.listHeld(id)
  const sequence = await store.nextSequence(teamKey, `roster:${id}`)
  const still = held ? { reconciliation: held.id } : {}
  await facts.add([{ type: 'roster.recovered', roster: id, sequence, ...still, problem: null, at }])
}

/** The fact `roster.held`: a plan waits for a person's decision. */
export function tellHeld(plan: Reconciliation): Told {
  const { detail, code } = problemOfHeld(plan)
  const problem = { code, detail }
  return { type: 'roster.held', roster: plan.roster, reconciliation: plan.id, problem, at: plan.updatedAt }
}

/** What upstream is told of a plan that takes the place of others. */
export async function tellPlan(
  deps: { store: Store },
  plan: Reconciliation,
  replaced: number,
): Promise<Told | undefined> {
  if (plan.status === 'held') return tellHeld(plan)
  return replaced > 0 ? tellDecided(deps, plan.roster, plan.updatedAt) : undefined
}
