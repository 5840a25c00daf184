import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IDLE_RULE } from '../../../testing/idle.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createFacts, createProtections, createReconciliations, laneKeys } from '../../store/index.ts'
import { reconcileTask, rejectReconciliation } from '../reconcile/index.ts'
import { idleTask } from '../schedule/tasks.ts'

const DAY = 86_400_000
const RULE = { ...IDLE_RULE, reclaim: 'always' as const }

let rig: LaneRig
let gold: Roster
/** Days go by faster than they are waited for. */
let aheadMs = 0
const hostNow = Date.now.bind(Date)

beforeEach(async () => {
  aheadMs = 0
  vi.spyOn(Date, 'now').mockImplementation(() => hostNow() + aheadMs)
  rig = await startLaneRig()
  gold = await rig.addRoster({ idle: RULE })
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
  vi.restoreAllMocks()
})

const keys = laneKeys('acme').roster('gold')
const names = (count: number) => Array.from({ length: count }, (_, at) => `u-${at}`)
const join = async (ids: string[]) => {
  await rig.join(ids)
  await rig.until(async () => expect(Object.values(await rig.statuses())).toEqual(Array(ids.length).fill('invited')))
}
/** As complete listings saw it: who has not accepted for so many days. */
const plant = async (ids: string[], days = 40) => {
  const since = JSON.stringify(['invited', Date.now() - days * DAY])
  await rig.redis.hset(keys.sightings, ...ids.flatMap((id) => [id, since]))
}
/** A scheduled reconciliation, and all that follows from it by itself. */
const reconcile = async () => {
  await rig.redis.hset(keys.figures, 'seenAt', Date.now())
  await rig.due(reconcileTask('gold'))
  for (let turn = 0; turn < 5; turn++) await rig.visit()
}
const later = async (days: number) => {
  aheadMs += days * DAY
  await reconcile()
}
const told = async (type: string) => {
  const facts = await createFacts(rig.redis, 'acme').peek(1_000)
  return facts.filter((fact) => fact.type === type).map((fact) => ('member' in fact ? fact.member : null))
}
const plans = async () =>
  (await createReconciliations(rig.redis, 'acme').list('gold', 50)).items.filter(({ kind }) => kind === 'reclaim')

describe('a roster that takes seats back by itself', () => {
  it('tells upstream first, once, and takes the seat back when the grace is over', async () => {
    await join(['ann', 'bob', 'cat'])
    await plant(['ann', 'bob'])
    await createProtections(rig.redis, 'acme', 'gold').put('bob', { at: 1, by: 'user:eve' }, '{}')
    const before = Date.now()
    await reconcile()
    await later(3)
    const facts = await createFacts(rig.redis, 'acme').peek(1_000)
    const idle = facts.filter((fact) => fact.type === 'member.idle')
    expect(idle).toEqual([expect.objectContaining({ member: 'ann', status: 'invited', problem: null })])
    const { reclaimAt } = (idle[0] as { idle: { reclaimAt: number } }).idle
    expect(Math.abs(reclaimAt - before - 7 * DAY)).toBeLessThan(60_000)
    expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited', cat: 'invited' })
    await later(4.1)
    await rig.until(async () =>
      expect(await rig.statuses()).toEqual({ ann: 'reclaimed', bob: 'invited', cat: 'invited' }),
    )
    const [plan] = await plans()
    expect(plan).toMatchObject({ removals: ['ann'], idle: [{ id: 'ann', reason: 'not_accepted' }], held: null })
    expect(await told('member.reclaimed')).toEqual(['ann'])
    const sequences = (await createFacts(rig.redis, 'acme').peek(1_000)).flatMap((fact) =>
      'member' in fact && fact.member === 'ann' ? [fact.sequence] : [],
    )
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b))
  })

  it('forgets the grace of who came back, and begins another one from the start', async () => {
    await join(['ann', 'bob'])
    await plant(['ann'])
    await reconcile()
    await plant(['ann'], 1)
    await later(8)
    expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' })
    await plant(['ann'])
    await reconcile()
    expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' })
    expect(await told('member.idle')).toEqual(['ann', 'ann'])
    await later(7.1)
    await rig.until(async () => expect((await rig.statuses())['ann']).toBe('reclaimed'))
  })

  it('decides nothing while it is not known, and begins no grace again because of that', async () => {
    await join(['ann', 'bob'])
    await plant(['ann'])
    await reconcile()
    aheadMs += 8 * DAY
    // The listing is older than two days by now.
    await rig.due(idleTask('gold'))
    for (let turn = 0; turn < 3; turn++) await rig.visit()
    expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' })
    await reconcile()
    await rig.until(async () => expect((await rig.statuses())['ann']).toBe('reclaimed'))
    expect(await told('member.idle')).toEqual(['ann'])
  })

  it('takes nothing, and says nothing, where the rule is only for looking', async () => {
    gold = { ...gold, idle: { ...RULE, reclaim: 'never' } }
    await rig.store.rosters.put(gold)
    await join(['ann', 'bob'])
    await plant(['ann'])
    await reconcile()
    await later(30)
    expect(await told('member.idle')).toEqual([])
    expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' })
  })

  it('waits for a person where the guard holds it, and asks no second time about the same people', async () => {
    await join([...names(15), 'stays'])
    await plant(names(15))
    await reconcile()
    await later(7.1)
    await later(0.1)
    const held = await plans()
    expect(held).toMatchObject([{ status: 'held', held: 'roster', plan: { remove: 15 } }])
    await rejectReconciliation(rig.deps, { roster: gold, id: held[0]!.id, by: 'ann', reason: 'A holiday.' })
    await later(0.1)
    expect(await plans()).toMatchObject([{ status: 'rejected' }])
    expect(new Set(Object.values(await rig.statuses()))).toEqual(new Set(['invited']))
  })
})

describe('a roster that takes seats back when the app is full', () => {
  it('takes as many as wait for one, longest idle first, and none otherwise', async () => {
    gold = { ...gold, idle: { ...RULE, reclaim: 'when_full' } }
    await rig.store.rosters.put(gold)
    await join(names(4))
    await plant(['u-0', 'u-1'], 40)
    await plant(['u-2'], 50)
    await reconcile()
    await later(7.1)
    expect(await told('member.idle')).toHaveLength(3)
    expect(new Set(Object.values(await rig.statuses()))).toEqual(new Set(['invited']))
    rig.emulator.settings({ seatsPerApp: 4 })
    await rig.join(['late'])
    await rig.until(async () => expect((await rig.statuses())['late']).toBe('waiting'))
    await later(0.1)
    await rig.until(async () =>
      expect(await rig.statuses()).toEqual({
        ...Object.fromEntries(names(4).map((id) => [id, 'invited'])),
        'u-2': 'reclaimed',
        late: 'invited',
      }),
    )
    await later(0.1)
    expect(await plans()).toHaveLength(1)
  })
})
