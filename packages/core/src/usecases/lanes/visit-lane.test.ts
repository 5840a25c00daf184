import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeLane } from '../../../testing/visit-rig.ts'
import type { OutboxEntry } from '../../store/index.ts'
import { visitLane } from './visit-lane.ts'

const PROBLEM = { code: 'key_rejected' as const, detail: 'Rejected.', at: 1 }
const entry = (member: string): OutboxEntry => ({ roster: 'gold', member, from: 'interactive', arrival: '1' })
const visit = (lane: ReturnType<typeof makeLane>) => visitLane(lane.deps, 'acme')

describe('a visit that may not begin', () => {
  it('comes again when the other may have ended, within a second, and touches nothing', async () => {
    for (const [leftMs, inMs] of [
      [300, 500],
      [9_000, 1_000],
      [-5, 200],
    ] as const) {
      const lane = makeLane({ refused: { kind: 'busy', leftMs } })
      expect(await visit(lane)).toMatchObject({ idle: 'busy', inMs })
      expect(lane.told).toEqual([])
    }
  })

  it('leaves a lane that is paused or claimed by another to whoever rings', async () => {
    expect(await visit(makeLane({ refused: { kind: 'paused' } }))).toMatchObject({ idle: 'paused', inMs: null })
    expect(await visit(makeLane({ refused: { kind: 'unclaimed' } }))).toEqual({ idle: null, inMs: null, holdMs: 0 })
  })

  it('gives the lease back where the team key is gone', async () => {
    const lane = makeLane({ key: 'gone' })
    expect(await visit(lane)).toMatchObject({ idle: 'gone', inMs: null })
    expect(lane.told).toEqual(['closed'])
  })

  it('blocks the lane where its key cannot be opened, says so, and gives the lease back', async () => {
    const lane = makeLane({ key: 'unreadable' })
    expect(await visit(lane)).toMatchObject({ idle: 'resting', inMs: lane.deps.settings.blockedCheckMs })
    expect(lane.told).toEqual(['remembered', 'key: secret_unreadable', 'told', 'closed'])
    expect(lane.remembered[0]).toMatchObject({ blocked: { code: 'secret_unreadable' } })
  })
})

describe('a lane that is blocked or rests', () => {
  it('is asked one thing, and only what Apple holds against the key keeps it blocked', async () => {
    for (const probe of ['key_rejected', 'fault'] as const) {
      const lane = makeLane({
        memory: { blocked: PROBLEM, status: 'rejected' },
        probes: [probe],
        recorded: [[entry('ann')]],
      })
      expect(await visit(lane)).toMatchObject({ inMs: lane.deps.settings.blockedCheckMs })
      // Nobody is unblocked by an answer that says nothing of the key.
      expect(lane.remembered.filter((memory) => 'blocked' in memory)).toEqual([])
      expect(lane.remembered).toContainEqual(
        expect.objectContaining({ rest: { until: expect.any(Number), ofBlock: true } }),
      )
      expect(lane.told).toEqual(['asked', '9 calls given back', 'remembered', 'key: key_rejected', 'told', 'closed'])
    }
  })

  it('goes on in the same visit once the key is taken again', async () => {
    const lane = makeLane({
      memory: { blocked: PROBLEM, status: 'rejected', toldBlock: 'key_rejected' },
      recorded: [[entry('ann')]],
    })
    expect(await visit(lane)).toMatchObject({ idle: null })
    expect(lane.remembered[0]).toMatchObject({ blocked: null, rest: null, waits: null, status: 'working' })
    expect(lane.told).toContain('key: works')
  })

  it('rests until the end of its rest without a question, and of a block no longer than the block', async () => {
    const until = makeLane().clock.now() + 20_000
    const resting = makeLane({ memory: { rest: { until, ofBlock: false } }, tasks: { unknown: 0 } })
    expect(await visit(resting)).toMatchObject({ idle: 'resting', inMs: 20_000 })
    expect(resting.dueIn('unknown')).toBe(0)
    const unblocked = makeLane({ memory: { rest: { until, ofBlock: true } }, tasks: { unknown: 0 } })
    await visit(unblocked)
    expect(unblocked.dueIn('unknown')).toBeUndefined()
  })
})

describe('a visit', () => {
  it('makes jobs round after round, until nothing is recorded any more or its time is over', async () => {
    const all = makeLane({ recorded: [[entry('ann')], [entry('bob')], []] })
    expect(await visit(all)).toMatchObject({ idle: null })
    const slow = makeLane({ recorded: Array.from({ length: 9 }, () => [entry('ann')]) })
    let rounds = 0
    slow.hooks.onRound = async () => {
      rounds++
      slow.clock.advance(slow.deps.settings.softMs / 3)
    }
    await visit(slow)
    expect(rounds).toBe(3)
  })

  it('carries out what is due in the schedule also where no job waits, and not once the process shuts down', async () => {
    const lane = makeLane({ tasks: { unknown: 0 } })
    await visit(lane)
    expect(lane.dueIn('unknown')).toBeUndefined()
    const draining = makeLane({ tasks: { unknown: 0 } })
    draining.drain()
    await visit(draining)
    expect(draining.dueIn('unknown')).toBe(0)
  })

  it('keeps what it has learnt before it gives the lane back, in this order', async () => {
    const lane = makeLane({ memory: { waits: { events: 1, bulk: 1 } } })
    await visit(lane)
    expect(lane.told).toEqual(['remembered', 'told', 'closed'])
    // Waited for nothing: so the sweep may ring again.
    expect(lane.remembered).toEqual([{ waits: null }])
  })

  it('has done something where it brought back jobs of a dead worker', async () => {
    expect(await visit(makeLane({ recovered: 2, left: { events: 2 } }))).toMatchObject({ idle: null })
    expect(await visit(makeLane({ left: { events: 2 } }))).toMatchObject({ idle: 'nothing' })
  })

  it('takes one success for the end of a suspicion, and gives back the calls that it had in hand', async () => {
    const lane = makeLane({
      memory: { suspicion: { count: 1, since: 1 }, status: 'unchecked', parallel: 8 },
      tasks: { 'blocked:gold': 0 },
      roster: { blocked: { code: 'group_gone', detail: 'Gone.', at: 1 } },
    })
    const before = lane.callsLeft()
    await visit(lane)
    expect(lane.remembered).toContainEqual(expect.objectContaining({ suspicion: null, status: 'working' }))
    expect(before - lane.callsLeft()).toBe(lane.told.filter((word) => word === 'asked').length)
  })

  it('keeps what it has found out of endpoints that refuse: one that answers is open again', async () => {
    const endpoints = { 'GET /': { count: 9, since: 1, until: 1 }, 'GET /other': { count: 9, since: 1, until: 1 } }
    const lane = makeLane({ memory: { blocked: PROBLEM, status: 'rejected', endpoints } })
    await visit(lane)
    expect(lane.remembered).toContainEqual(
      expect.objectContaining({ endpoints: { 'GET /other': endpoints['GET /other'] } }),
    )
  })

  it('tries again to give the lane back where the store was away at its end', async () => {
    const lane = makeLane()
    lane.hooks.onClose = async (nth) => {
      if (nth < 3) throw new Error('The store is away.')
    }
    expect(await visit(lane)).toMatchObject({ idle: 'resting', inMs: 5_000 })
    expect(lane.told).toContain('closed')
  })

  it('ends by a fault of the store without a lost lease: the lane is given back, and rests', async () => {
    const lane = makeLane()
    lane.hooks.onRound = () => Promise.reject(new Error('The store is away.'))
    expect(await visit(lane)).toMatchObject({ idle: 'resting', inMs: 5_000 })
    expect(lane.told).toEqual(['remembered', 'told', 'closed'])
  })
})

describe('the lease of a visit', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())

  /** A visit that lasts: what is told meanwhile is what renewing the lease does. */
  async function visitFor(lane: ReturnType<typeof makeLane>, ms: number) {
    lane.hooks.onRound = async () => {
      for (let passed = 0; passed < ms; passed += 100) {
        lane.clock.advance(100)
        await vi.advanceTimersByTimeAsync(100)
      }
    }
    return visit(lane)
  }

  it('is renewed every four seconds, and with it the locks of its jobs and the claim of the lane', async () => {
    const lane = makeLane()
    await visitFor(lane, 9_000)
    const renewal = ['renewed', 'locks extended', 'claim extended']
    expect(lane.told).toEqual([...renewal, ...renewal, 'remembered', 'told', 'closed'])
  })

  it('is renewed no more by a visit that hangs', async () => {
    const lane = makeLane()
    const { hardMs } = lane.deps.settings
    expect(await visitFor(lane, hardMs * 2)).toMatchObject({ idle: 'busy', inMs: 15_000 })
    expect(lane.told.filter((word) => word === 'renewed').length).toBeLessThanOrEqual((hardMs * 1.2) / 4_000)
    expect(lane.told).not.toContain('closed')
  })

  it('once lost, ends the visit: nothing is kept of it, and the lane is left to whoever has it', async () => {
    const lane = makeLane({ tasks: { unknown: 0 } })
    lane.hooks.onRenew = async () => false
    expect(await visitFor(lane, 5_000)).toMatchObject({ idle: 'busy', inMs: 15_000 })
    expect(lane.told).toEqual(['renewed'])
    expect([lane.remembered, lane.dueIn('unknown')]).toEqual([[], -5_000])
  })
})
