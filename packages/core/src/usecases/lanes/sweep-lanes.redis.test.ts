import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeRoster, makeTeamKey } from '@flightroster/core/testing'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createSchedule, globalKeys, laneKeys, type RecordOptions } from '../../store/index.ts'
import { sweepLanes } from './sweep-lanes.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
  // As every lane: due some time for its builds.
  await rig.store.ready.ring('acme', 600_000)
})
afterEach(() => rig[Symbol.asyncDispose]())

const sweep = async () => {
  const parts = await rig.redis.keys(globalKeys.task('sweep:*'))
  if (parts.length > 0) await rig.redis.del(...parts)
  return sweepLanes(rig.deps)
}
const isRung = async (lane = 'acme') => {
  const [at] = await rig.store.ready.dueAt([lane])
  return at !== null && at !== undefined && at <= Date.now()
}
/** Recorded, and the bell was not rung: the API died in between. */
const record = (priority: RecordOptions['changes'][number]['priority'], roster = 'gold', teamKey = 'acme') =>
  rig.store.recordChanges({
    teamKey,
    dedupMs: 86_400_000,
    changes: [
      {
        roster,
        member: `${priority}-1`,
        kind: 'join',
        email: `${priority}@example.com`,
        firstName: null,
        lastName: null,
        time: undefined,
        priority,
        digest: undefined,
        timelineEntry: '{}',
      },
    ],
  })
const waits = (events: number, bulk: number) =>
  rig.redis.hset(laneKeys('acme').lane, 'waits', JSON.stringify({ events, bulk }))

describe('the sweep of lanes', () => {
  it('rings for what was recorded and not rung for, though the lane is due some time', async () => {
    await record('interactive')
    expect(await sweep()).toBe(1)
    expect(await isRung()).toBe(true)
  })

  it('rings for a task that has come due in a lane that no index holds', async () => {
    await rig.store.ready.settle({ lane: 'acme', until: 0 }, { inMs: null, holdMs: 0 })
    await createSchedule(rig.redis, 'acme').plan('reconcile:gold', Date.now() - 60_000)
    expect(await sweep()).toBe(1)
  })

  it('rings for a job that waits, and for one that has slept long enough', async () => {
    await rig.redis.lpush('fr:{acme}:lane-acme:wait', 'a')
    expect(await sweep()).toBe(1)
    await rig.redis.del('fr:{acme}:lane-acme:wait')
    await rig.redis.zadd('fr:{acme}:lane-acme:delayed', (Date.now() + 60_000) * 4096, 'a')
    expect(await sweep()).toBe(0)
    await rig.redis.zadd('fr:{acme}:lane-acme:delayed', (Date.now() - 60_000) * 4096, 'a')
    expect(await sweep()).toBe(1)
  })

  it('leaves a lane that a worker visits, that is paused, or that has nothing to do', async () => {
    expect(await sweep()).toBe(0)
    await record('interactive')
    await rig.redis.set(laneKeys('acme').lease, 'token', 'PX', 10_000)
    expect(await sweep()).toBe(0)
    await rig.redis.del(laneKeys('acme').lease)
    await rig.redis.hset(laneKeys('acme').lane, 'paused', '1')
    expect(await sweep()).toBe(0)
  })

  it('leaves what waits for the budget until then, and rings for an event that need not', async () => {
    await record('bulk')
    await waits(0, Date.now() + 60_000)
    expect(await sweep()).toBe(0)
    await record('interactive')
    expect(await sweep()).toBe(1)
    await waits(Date.now() + 60_000, Date.now() + 60_000)
    expect(await sweep()).toBe(0)
    await waits(Date.now() - 60_000, Date.now() - 60_000)
    expect(await sweep()).toBe(1)
  })

  it('is shared: of workers that sweep together, each lane is looked at by one', async () => {
    for (let at = 0; at < 40; at++) {
      await rig.store.teamKeys.put(makeTeamKey({ id: `key-${at}` }))
      await rig.addRoster({ id: `roster-${at}`, teamKey: `key-${at}` })
      await record('interactive', `roster-${at}`, `key-${at}`)
    }
    // Each begins with a part of its own choice: here a third of the parts from the one before.
    const chance = vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.34).mockReturnValueOnce(0.67)
    const rung = await Promise.all([sweepLanes(rig.deps), sweepLanes(rig.deps), sweepLanes(rig.deps)])
    expect(rung.reduce((sum, count) => sum + count, 0)).toBe(40)
    expect(rung.filter((count) => count > 0).length).toBeGreaterThan(1)
    expect(await sweepLanes(rig.deps)).toBe(0)
    chance.mockRestore()
  })

  it('asks little about a lane that rests, since all of thousands are asked about', async () => {
    const lanes = 200
    for (let at = 0; at < lanes; at++) {
      await rig.store.teamKeys.put(makeTeamKey({ id: `idle-${at}` }))
      await rig.store.enterRoster(makeRoster({ id: `idle-${at}`, teamKey: `idle-${at}` }))
      await createSchedule(rig.redis, `idle-${at}`).plan(`builds:${at}`, Date.now() + 600_000)
    }
    const commands = async () =>
      Number(/total_commands_processed:(\d+)/.exec(await rig.redis.info('stats'))?.[1] ?? Number.NaN)
    await sweep()
    await rig.store.lanesRecorded(await rig.store.laneIds())
    const before = await commands()
    expect(await sweep()).toBe(0)
    await rig.store.lanesRecorded(await rig.store.laneIds())
    expect(((await commands()) - before) / lanes).toBeLessThan(6.5)
  })
})
