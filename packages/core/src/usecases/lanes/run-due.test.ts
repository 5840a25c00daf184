import { describe, expect, it, vi } from 'vitest'
import { makeLane, type LaneScript } from '../../../testing/visit-rig.ts'
import { visitLane } from './visit-lane.ts'

const BLOCKED = { code: 'group_gone' as const, detail: 'Gone.', at: 1 }
/** One task that makes one call: whether the group of a blocked roster is there again. */
const CHECK = 'blocked:gold'
const aCheck = (script: LaneScript = {}) => makeLane({ tasks: { [CHECK]: 0 }, roster: { blocked: BLOCKED }, ...script })
const visit = (lane: ReturnType<typeof makeLane>) => visitLane(lane.deps, 'acme')
const asked = (lane: ReturnType<typeof makeLane>) => lane.told.filter((word) => word === 'asked').length

describe('a task of the schedule', () => {
  it('is carried out once it is due, one in a visit, and is planned no more where it is through', async () => {
    const lane = aCheck({ tasks: { [CHECK]: 10, 'other:1': 20 } })
    expect(await visit(lane)).toMatchObject({ idle: 'nothing' })
    expect([asked(lane), lane.dueIn(CHECK)]).toEqual([0, 10])
    lane.clock.advance(20)
    expect(await visit(lane)).toMatchObject({ idle: null })
    expect([asked(lane), lane.dueIn(CHECK), lane.dueIn('other:1')]).toEqual([1, undefined, 0])
    expect(lane.roster.blocked).toBeNull()
  })

  it('that nobody knows is dropped, and counts as something done', async () => {
    const lane = makeLane({ tasks: { 'unknown:1': -5 } })
    expect(await visit(lane)).toMatchObject({ idle: null })
    expect(lane.dueIn('unknown:1')).toBeUndefined()
  })

  it('is put off before it begins: one that ends its worker is not first in line for ever', async () => {
    const lane = aCheck()
    let during: number | undefined
    lane.hooks.onAsked = async () => void (during = lane.dueIn(CHECK))
    await visit(lane)
    expect(during).toBe(60_000)
  })

  it('that was planned anew while it ran comes as it was planned then', async () => {
    const lane = aCheck()
    lane.hooks.onAsked = async () => lane.plan(CHECK, 3_000)
    await visit(lane)
    expect(lane.dueIn(CHECK)).toBe(3_000)
  })

  it('has the time of a whole visit, whatever the events before it took', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const lane = aCheck()
    const pass = async () => {
      for (let passed = 0; passed < lane.deps.settings.hardMs * 0.8; passed += 500) {
        lane.clock.advance(500)
        await vi.advanceTimersByTimeAsync(500)
      }
    }
    lane.hooks.onRound = pass
    lane.hooks.onAsked = pass
    // Too long for one visit: its lease would be renewed no more.
    expect(await visit(lane)).toMatchObject({ idle: null })
    vi.useRealTimers()
    expect([lane.roster.blocked, lane.told.at(-1)]).toEqual([null, 'closed'])
  })

  it('leaves to events what bulk work may not take', async () => {
    const lane = aCheck()
    await visit(lane)
    expect(new Set(lane.keptBack)).toEqual(new Set([lane.deps.settings.bulkReserveShare]))
  })
})

describe('a task that fails', () => {
  it('comes again in a minute, and the visit goes on to its end', async () => {
    const lane = aCheck({ probes: ['apple_unavailable'] })
    expect(await visit(lane)).toMatchObject({ idle: null })
    expect([lane.dueIn(CHECK), lane.told.at(-1)]).toEqual([60_000, 'closed'])
  })

  it('for want of calls comes again when there are some, and does not make the lane rest', async () => {
    const lane = aCheck({ calls: 0, callsIn: 9_000 })
    await visit(lane)
    expect(lane.dueIn(CHECK)).toBe(9_000)
    expect(lane.remembered.filter((memory) => 'rest' in memory)).toEqual([])
  })

  it('by a 429 stops the lane, which makes fewer calls at once from then on', async () => {
    const lane = aCheck({ probes: ['apple_rate_limited'] })
    expect(await visit(lane)).toMatchObject({ inMs: 5_000 })
    expect(lane.remembered).toContainEqual(expect.objectContaining({ parallel: 2 }))
  })

  it('by a token that was refused by chance comes again in a second; where the key is refused, the lane is blocked', async () => {
    const chance = aCheck({ probes: ['key_rejected'] })
    await visit(chance)
    expect([chance.dueIn(CHECK), asked(chance)]).toEqual([1_000, 2])
    const refused = aCheck({ probes: ['key_forbidden', 'key_forbidden', 'key_forbidden'] })
    expect(await visit(refused)).toMatchObject({ inMs: refused.deps.settings.blockedCheckMs })
    expect(refused.dueIn(CHECK)).toBe(60_000)
    expect(refused.remembered).toContainEqual(
      expect.objectContaining({ blocked: expect.objectContaining({ code: 'key_forbidden' }) }),
    )
    expect(refused.told).toContain('key: key_forbidden')
  })

  it('for want of an answer of the store comes again in a second', async () => {
    const lane = aCheck()
    lane.hooks.onBegin = () => Promise.reject(new Error('The store is away.'))
    await visit(lane)
    expect([lane.dueIn(CHECK), asked(lane)]).toEqual([1_000, 0])
  })

  it('by a bug ends the visit as a fault does, and is put off all the same', async () => {
    const lane = aCheck()
    lane.deps.store.rosters.find = () => Promise.reject(new TypeError('No such thing.'))
    expect(await visit(lane)).toMatchObject({ inMs: 5_000 })
    expect([lane.dueIn(CHECK), lane.told.at(-1)]).toEqual([60_000, 'closed'])
  })
})

describe('a reading of a group', () => {
  it.each([
    ['paused', { paused: true }],
    ['blocked', { blocked: BLOCKED }],
    ['being deleted', { deleting: true }],
  ])('waits while the roster is %s', async (_what, roster) => {
    const lane = makeLane({ tasks: { 'reconcile:gold': 0 }, roster })
    expect(await visit(lane)).toMatchObject({ idle: null, holdMs: 250 })
    expect([lane.dueIn('reconcile:gold'), asked(lane)]).toEqual([60_000, 0])
  })

  it('of a roster that has moved to another lane is none of this one', async () => {
    const lane = makeLane({ tasks: { 'reconcile:gold': 0 }, roster: { teamKey: 'other', paused: true } })
    await visit(lane)
    expect(lane.dueIn('reconcile:gold')).toBeUndefined()
  })

  it('that was asked for waits as well while the roster is paused or blocked; one that is over is not begun again', async () => {
    for (const roster of [{ paused: true }, { blocked: BLOCKED }]) {
      const lane = makeLane({ tasks: { 'requested:r-1': 0 }, roster, plan: { status: 'running' } })
      expect(await visit(lane)).toMatchObject({ idle: null, holdMs: 250 })
      expect([lane.dueIn('requested:r-1'), asked(lane)]).toEqual([60_000, 0])
    }
    for (const task of ['requested:r-1', 'approved:r-1']) {
      const lane = makeLane({ tasks: { [task]: 0 }, roster: { paused: true }, plan: { status: 'done' } })
      await visit(lane)
      expect(lane.dueIn(task)).toBeUndefined()
    }
  })
})
