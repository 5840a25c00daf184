import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createLaneStore, laneKeys, queueName, queuePrefix, readLaneStanding } from '../../store/index.ts'
import { enqueueRecorded } from './enqueue-recorded.ts'

let rig: LaneRig
const keys = laneKeys('acme')

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster()
  // Whatever a new lane is due for by itself is done first.
  await rig.visit()
})
afterEach(() => rig[Symbol.asyncDispose]())

const laneStore = () => createLaneStore(rig.redis, 'acme')
const calls = () => rig.emulator.calls().length
const join = (...members: string[]) => rig.join(members)

it('touches nothing of a lane that another worker visits, and comes again within a second', async () => {
  await join('ann')
  const before = calls()
  await laneStore().open('another', 15_000)
  expect(await rig.visitOnce()).toMatchObject({ idle: 'busy', inMs: 1_000 })
  expect(await rig.redis.get(keys.lease)).toBe('another')
  expect(calls()).toBe(before)
  await laneStore().close('another')
  await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited' }))
})

it('touches nothing of a lane that is paused, and takes no lease', async () => {
  await join('ann')
  await rig.redis.hset(keys.lane, 'paused', '1')
  const before = calls()
  expect(await rig.visitOnce()).toMatchObject({ idle: 'paused', inMs: null })
  expect(await rig.redis.exists(keys.lease)).toBe(0)
  expect([calls(), await rig.statuses()]).toEqual([before, { ann: 'pending' }])
})

it('asks one thing of a blocked lane, goes on where Apple takes the key again, and gives the lease back', async () => {
  await join('ann')
  const problem = { code: 'key_rejected' as const, detail: 'Rejected.', at: Date.now() }
  await laneStore().remember({ blocked: problem, status: 'rejected', problem })
  const before = calls()
  await rig.visitOnce()
  expect(rig.emulator.calls()[before]).toMatchObject({ path: '/v1/apps' })
  expect(await rig.redis.exists(keys.lease)).toBe(0)
  await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited' }))
})

it('rests until what it rests for is over, whoever rings, and asks nothing meanwhile', async () => {
  await join('ann')
  await laneStore().remember({ rest: { until: Date.now() + 20_000, ofBlock: false } })
  const before = calls()
  const { idle, inMs, holdMs } = await rig.visitOnce()
  expect([idle, holdMs, calls()]).toEqual(['resting', 1_000, before])
  expect(inMs).toBeGreaterThan(15_000)
})

it('tells since when App Store Connect gives no usable answers, however often it was asked since, and nothing of it once it does', async () => {
  const outage = async () => (await readLaneStanding(rig.redis, 'acme')).outage
  const begun = Date.now()
  rig.emulator.failNext({ kind: 'status', status: 503, times: 10_000 })
  await join('ann', 'ben', 'cyd')
  await rig.visitOnce()
  const first = await outage()
  expect(first).toMatchObject({ kind: 'silent', since: expect.any(Number) })
  expect(first?.since).toBeGreaterThan(begun - 60_000)
  for (let visits = 2; visits < 4; visits++) {
    await laneStore().remember({ rest: null })
    await rig.visitOnce()
    expect(await rig.redis.hget(keys.lane, 'outage')).toBe(String(visits))
    expect((await outage())?.since).toBe(first?.since)
  }
  rig.emulator.clearFaults()
  await laneStore().remember({ rest: null })
  await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited', ben: 'invited', cyd: 'invited' }))
  expect(await outage()).toBeNull()
})

it('carries out what waits in one visit: many members in few calls, and nothing stays behind', async () => {
  await join(...Array.from({ length: 12 }, (_, at) => `m${at}`))
  const before = calls()
  const { idle } = await rig.visitOnce()
  expect(idle).toBeNull()
  await rig.until(async () => expect(new Set(Object.values(await rig.statuses()))).toEqual(new Set(['invited'])))
  expect(calls() - before).toBeLessThanOrEqual(12 + 4)
  expect(await rig.redis.exists(keys.lease)).toBe(0)
})

it('makes fewer calls at once after an answer 429 or a token that was refused by chance, and more again after a visit without', async () => {
  const parallel = async () => Number(await rig.redis.hget(keys.lane, 'parallel'))
  const match = { method: 'POST', path: '/v1/betaTesters' }
  await laneStore().remember({ parallel: 8 })
  rig.emulator.failNext({ kind: 'status', status: 429, headers: { 'retry-after': '1' }, match })
  await join('ann')
  await rig.visitOnce()
  expect(await parallel()).toBe(4)
  await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited' }))
  expect(await parallel()).toBe(5)

  rig.emulator.failNext({ kind: 'status', status: 401, match })
  await join('bob')
  await rig.visitOnce()
  expect(await parallel()).toBe(2)
})

it('parks whoever has ended three workers without a call for them, and serves the others of the batch', async () => {
  await join('ann', 'bob')
  const lane = laneStore()
  await lane.open('dead', 15_000)
  await enqueueRecorded({ ...rig.deps, lane, queue: rig.queueOf('acme') }, 'dead', 10)
  await lane.close('dead')
  const job = `${queuePrefix('acme')}:${queueName('acme')}:${rig.deps.toRef('gold', 'ann')}`
  expect(await rig.redis.exists(job)).toBe(1)
  await rig.redis.hset(job, 'stc', 3)
  await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'failed', bob: 'invited' }))
  expect(rig.emulator.testers().map(({ email }) => email)).toEqual(['bob@example.com'])
  const ann = await rig.store.members('acme', 'gold').find('ann')
  expect(ann?.observed?.problem?.code).toBe('job_parked')
  // Told once, and left among the failed for a person.
  expect((await rig.store.members('acme', 'gold').timeline('ann')).map(({ k }) => k)).toEqual(['run', 'joined'])
  expect(await rig.queueOf('acme').counts()).toMatchObject({ failed: 1, active: 0, waiting: 0 })
})
