import { problemOfHeld } from '../../domain/held-plan.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'

/** A held plan was decided or replaced: a roster that none holds any more goes on, and whoever was told of the plan is told so. */
export async function tellDecided(
  { store }: { store: Store },
  { id, teamKey }: Pick<Roster, 'id' | 'teamKey'>,
  at: number,
): Promise<void> {
  if (await store.lane(teamKey).reconciliations.hasHeld(id)) return
  // It does not go on: that is told once it is mended.
  if ((await store.rosters.find(id))?.blocked) return
  const sequence = await store.nextSequence(teamKey, `roster:${id}`)
  await store.lane(teamKey).facts.add([{ type: 'roster.recovered', roster: id, sequence, problem: null, at }])
}

/** Upstream is told that a plan waits for a person. */
export async function tellHeld(
  { store }: { store: Store },
  { id, teamKey }: Pick<Roster, 'id' | 'teamKey'>,
  plan: Reconciliation,
): Promise<void> {
  const sequence = await store.nextSequence(teamKey, `roster:${id}`)
  const { detail, code } = problemOfHeld(plan)
  await store.lane(teamKey).facts.add([
    {
      type: 'roster.held',
      roster: id,
      sequence,
      reconciliation: plan.id,
      problem: { code, detail },
      at: plan.updatedAt,
    },
  ])
}
