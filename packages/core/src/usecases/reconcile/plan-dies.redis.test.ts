import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf, planReclaim } from '../../../testing/plans.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { lawTask } from '../schedule/tasks.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { approveReconciliation, closeOvertaken, rejectReconciliation } from './decide.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

type Deps = LaneRig['deps']
const ALL = ['u-0', 'u-1', 'u-2', 'u-3']

const list = (deps: Deps, roster: Roster, ids: string[]) =>
  applySnapshot(deps, {
    roster,
    ...listOf(ids),
  })

const heldOf = (roster: Roster) => rig.store.lane('acme').reconciliations.listHeld(roster.id)
const membersIn = (roster: Roster) => rig.emulator.groupMembers(roster.group.id).sort()
const addresses = (ids: string[]) => ids.map((id) => `${id}@example.com`)

/** A roster of four people. */
async function fill(at: number, more: Partial<Roster> = {}): Promise<Roster> {
  const roster = await rig.addRoster({ id: `gold-${at}`, removalGuard: { percent: 50, atLeast: 1 }, ...more })
  await rig.join(ALL, { roster: roster.id })
  await rig.until(() => expect(membersIn(roster)).toEqual(addresses(ALL)))
  return roster
}

/** What upstream was told last agrees with what waits for a person, and each was told once, in order. */
async function expectTold({ id }: Roster): Promise<void> {
  const facts = (await rig.store.lane('acme').facts.peek(10_000)).flatMap((fact) =>
    'roster' in fact && fact.roster === id && fact.type.startsWith('roster.') ? [fact] : [],
  )
  const held = await rig.store.lane('acme').reconciliations.listHeld(id)
  const last = facts.at(-1)
  if (held.length === 0) expect(last?.type ?? 'roster.recovered').toBe('roster.recovered')
  else expect(last).toMatchObject({ type: 'roster.held', reconciliation: held[0]?.id })
  expect(facts.map(({ sequence }) => sequence)).toEqual(facts.map((_, at) => at + 1))
}

/** Whatever goes on by itself has done so. The law finds nobody. */
async function comesToRest(roster: Roster, ids: string[]): Promise<void> {
  await rig.due(lawTask('acme'))
  await rig.visit()
  for (const task of await rig.redis.zrange(laneKeys('acme').schedule, '0', '-1'))
    if (task.startsWith('approved:')) await rig.due(task)
  await rig.until(() => expect(membersIn(roster)).toEqual(addresses(ids)))
  expect(rig.recovered).toBe(0)
}

/** `work` for a roster of each write that it may die before, until it comes to its end. */
async function diesEverywhere(
  prepare: (at: number) => Promise<Roster>,
  work: (deps: Deps, roster: Roster) => Promise<unknown>,
  check: (roster: Roster, died: boolean) => Promise<void>,
): Promise<void> {
  for (let at = 0; ; at++) {
    const roster = await prepare(at)
    const died = await diesAt(rig.redis, at, ({ redis }) => work({ ...rig.deps, store: createStore(redis) }, roster))
    await expectTold(roster)
    await check(roster, died)
    await deleteRoster(rig.deps, { id: roster.id, testers: 'keep' })
    // Shares add up over the rosters of a key.
    await rig.redis.del(laneKeys('acme').removedShares)
    if (!died) break
    expect(at).toBeLessThan(30)
  }
}

const heldBefore = async (at: number) => {
  const roster = await fill(at)
  await list(rig.deps, roster, ['u-0'])
  expect(await heldOf(roster)).toHaveLength(1)
  return roster
}
const newest = async (roster: Roster) => (await heldOf(roster))[0]?.id ?? ''
const by = { by: 'ann', reason: null }

describe('whichever write its process died before, upstream knows what waits for a person', () => {
  it('a list that is held', () =>
    diesEverywhere(
      (at) => fill(at),
      (deps, roster) => list(deps, roster, ['u-0']),
      async (roster, died) => {
        if (!died) expect(await heldOf(roster)).toHaveLength(1)
        await comesToRest(roster, ALL)
      },
    ))

  it('a list that is held in place of another', () =>
    diesEverywhere(
      heldBefore,
      (deps, roster) => list(deps, roster, ['u-1']),
      async (roster) => {
        expect(await heldOf(roster)).toHaveLength(1)
        await comesToRest(roster, ALL)
      },
    ))

  it('a list that is not held, in place of one that was, and whom it removes leaves, counted by the guard', () =>
    diesEverywhere(
      heldBefore,
      (deps, roster) => list(deps, roster, ['u-0', 'u-1', 'u-2']),
      async (roster, died) => {
        if (!died) expect(await heldOf(roster)).toEqual([])
        const begun = (await heldOf(roster)).length === 0
        await comesToRest(roster, begun ? ['u-0', 'u-1', 'u-2'] : ALL)
        const { removals } = await rig.store.lane('acme').reconciliations.recentRemovals(0)
        expect(removals).toBe(begun ? 1 : 0)
      },
    ))

  it('an approval, after which the very people who were named leave', () =>
    diesEverywhere(
      heldBefore,
      async (deps, roster) => approveReconciliation(deps, { roster, id: await newest(roster), ...by }),
      async (roster) => {
        const begun = (await heldOf(roster)).length === 0
        await comesToRest(roster, begun ? ['u-0'] : ALL)
      },
    ))

  it('an approval of what is another plan by now', () =>
    diesEverywhere(
      async (at) => {
        const roster = await heldBefore(at)
        await rig.update('u-3', { roster: roster.id, firstName: 'New' })
        await rig.leave('u-1', { roster: roster.id })
        return roster
      },
      async (deps, roster) =>
        approveReconciliation(deps, { roster, id: await newest(roster), ...by }).catch((error: { code?: string }) => {
          if (error.code !== 'plan_changed') throw error
        }),
      async (roster) => {
        expect(await heldOf(roster)).toHaveLength(1)
        await comesToRest(roster, ['u-0', 'u-2', 'u-3'])
      },
    ))

  it('a rejection', () =>
    diesEverywhere(
      heldBefore,
      async (deps, roster) => rejectReconciliation(deps, { roster, id: await newest(roster), ...by }),
      (roster) => comesToRest(roster, ALL),
    ))

  it('seats that are to be taken back', () =>
    diesEverywhere(
      (at) => fill(at, { removalGuard: { percent: 1, atLeast: 1 } }),
      planReclaim,
      (roster) => comesToRest(roster, ALL),
    ))

  it('a plan of events that nobody is named by any more', () =>
    diesEverywhere(
      async (at) => {
        const roster = await heldBefore(at)
        const { reconciliations } = rig.store.lane('acme')
        const [head] = await reconciliations.listHeld(roster.id)
        const record = head && (await reconciliations.withNames(head))
        if (!record) throw new Error('No plan.')
        await reconciliations.replace(record, { ...record, fromEvents: true })
        await rig.leave(['u-1', 'u-2', 'u-3'], { roster: roster.id })
        return roster
      },
      (deps, roster) => closeOvertaken(deps, roster),
      (roster) => comesToRest(roster, ['u-0']),
    ))
})

it('who is named by a plan of very many is forgotten in a day, whichever write its process died before, unless the plan names them', async () => {
  const many = Array.from({ length: 150 }, (_, at) => `m-${at}`)
  for (let at = 0; ; at++) {
    const roster = await rig.addRoster({ id: `gold-${at}` })
    const died = await diesAt(rig.redis, at, ({ redis }) =>
      list({ ...rig.deps, store: createStore(redis) }, roster, many),
    )
    const records = Object.values(await rig.redis.hgetall(laneKeys('acme').reconciliations))
    const keys = await rig.redis.keys(laneKeys('acme').planNames('*'))
    for (const key of keys) {
      const isNamed = records.some((text) => text.includes(key.slice(laneKeys('acme').planNames('').length)))
      expect({ at, isNamed, isKept: (await rig.redis.pttl(key)) < 0 }).toEqual({ at, isNamed, isKept: isNamed })
    }
    if (!died) {
      expect(keys).not.toEqual([])
      break
    }
    await deleteRoster(rig.deps, { id: roster.id, testers: 'keep' })
  }
})
