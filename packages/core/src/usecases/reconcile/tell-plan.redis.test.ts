import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createFacts } from '../../store/index.ts'
import { rejectReconciliation } from './decide.ts'
import { newReconciliation } from './run-reconcile.ts'
import { tellMended } from './tell-plan.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

it('who decides on the plan of a blocked roster does not have it told that the roster goes on', async () => {
  const gold = await rig.addRoster()
  const told = async () => (await createFacts(rig.redis, gold.teamKey).peek(10)).map(({ type }) => type)
  const decide = async () => {
    const held = { ...newReconciliation(gold, 1), status: 'held' as const, held: 'roster' as const }
    await rig.store.lane('acme').reconciliations.put(gold, held)
    await rejectReconciliation(rig.deps, { roster: gold, id: held.id, by: 'ann', reason: null })
  }
  const blocked = { code: 'group_gone' as const, detail: 'The group is gone.', at: 1 }
  await rig.deps.store.rosters.update(gold.id, (roster) => ({ ...roster, blocked }))
  await decide()
  expect(await told()).toEqual([])
  await rig.deps.store.rosters.update(gold.id, (roster) => ({ ...roster, blocked: null }))
  await decide()
  expect(await told()).toEqual(['roster.recovered'])
})

it('who is told that a roster is blocked no more is told which plan of it still waits', async () => {
  const gold = await rig.addRoster()
  const plans = async () =>
    (await createFacts(rig.redis, gold.teamKey).peek(10)).map((fact) => [
      fact.type,
      'reconciliation' in fact ? fact.reconciliation : undefined,
    ])
  const held = { ...newReconciliation(gold, 1), status: 'held' as const, held: 'roster' as const }
  await rig.store.lane('acme').reconciliations.put(gold, held)
  await tellMended(rig.deps, gold, 2)
  await rejectReconciliation(rig.deps, { roster: gold, id: held.id, by: 'ann', reason: null })
  await tellMended(rig.deps, gold, 3)
  expect(await plans()).toEqual([
    ['roster.recovered', held.id],
    ['roster.recovered', undefined],
    ['roster.recovered', undefined],
  ])
})
