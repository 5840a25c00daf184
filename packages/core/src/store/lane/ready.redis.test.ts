import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createSettableClock, eventually } from '@flightroster/core/testing'
import { globalKeys } from '../keys.ts'
import { createReadyIndex } from './ready.ts'

const { redis } = await withRedis()
const clock = createSettableClock()

const claimAll = (only?: string[]) => createReadyIndex(redis, clock).claim({ limit: 100, claimMs: 20_000, only })

describe('the ready index', () => {
  it('hands a due lane to one worker only', async () => {
    const ready = createReadyIndex(redis, clock)
    const lanes = Array.from({ length: 20 }, (_, at) => `lane-${at}`)
    await Promise.all(lanes.map((lane) => ready.ring(lane)))
    const claimed = (await Promise.all([claimAll(), claimAll(), claimAll()])).flat().map((claim) => claim.lane)
    expect(claimed.sort()).toEqual(lanes.sort())
  })

  it('leaves lanes that are due later', async () => {
    await createReadyIndex(redis, clock).ring('a', 1)
    expect(await claimAll()).toEqual([])
    clock.advance(1)
    expect(await claimAll()).toMatchObject([{ lane: 'a' }])
  })

  it('claims only the lanes that this worker serves', async () => {
    const ready = createReadyIndex(redis, clock)
    await Promise.all(['a', 'b', 'c'].map((lane) => ready.ring(lane)))
    expect((await claimAll(['b', 'x'])).map((claim) => claim.lane)).toEqual(['b'])
  })

  it('makes a lane due again when its worker dies with the claim', async () => {
    const ready = createReadyIndex(redis, clock)
    await ready.ring('a')
    await claimAll()
    clock.advance(19_999)
    expect(await claimAll()).toEqual([])
    clock.advance(1)
    expect(await claimAll()).toMatchObject([{ lane: 'a' }])
  })

  it('does not lose a ring that came during the visit', async () => {
    const ready = createReadyIndex(redis, clock)
    await ready.ring('a')
    const [claim] = await claimAll()
    await ready.ring('a')
    if (!claim) throw new Error('not claimed')
    await ready.settle(claim, { inMs: null, holdMs: 0 })
    expect(await claimAll()).toMatchObject([{ lane: 'a' }])
  })

  it('brings no second visit for a ring during a visit, however many workers look, and one at its end', async () => {
    const ready = createReadyIndex(redis, clock)
    await ready.ring('a')
    const [claim] = await claimAll()
    if (!claim) throw new Error('not claimed')
    for (let event = 0; event < 9; event++) {
      clock.advance(100)
      await ready.ring('a')
      expect(await claimAll()).toEqual([])
    }
    await ready.settle(claim, { inMs: null, holdMs: 0 })
    expect(await claimAll()).toMatchObject([{ lane: 'a' }])
  })

  it('lets nobody wait for a visit whose worker died, once its lane was rung', async () => {
    const ready = createReadyIndex(redis, clock)
    await ready.ring('a')
    await claimAll()
    await ready.ring('a')
    clock.advance(1_000)
    expect(await claimAll()).toMatchObject([{ lane: 'a' }])
  })

  it('rings a lane that no worker comes for once in a while, and one that a worker came for at once', async () => {
    const ready = createReadyIndex(redis)
    const told: string[] = []
    const bell = redis.duplicate()
    bell.on('message', (_channel, lane: string) => told.push(lane))
    await bell.subscribe(globalKeys.doorbell)
    await ready.ring('a')
    const asked = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)
    const before = await asked()
    const end = performance.now() + 200
    let rings = 0
    while (performance.now() < end) {
      ready.ring('a').catch(() => {})
      rings++
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(rings).toBeGreaterThan(30)
    expect((await asked()) - before).toBeLessThan(15)
    const [claim] = await ready.claim({ limit: 1, claimMs: 20_000 })
    if (!claim) throw new Error('not claimed')
    await ready.settle(claim, { inMs: null, holdMs: 0 })
    await ready.ring('a')
    await eventually(() => expect(told).toEqual(['a', 'a']))
    bell.disconnect()
  })

  it('forgets a lane without further work', async () => {
    const ready = createReadyIndex(redis, clock)
    await ready.ring('a')
    const [claim] = await claimAll()
    if (!claim) throw new Error('not claimed')
    await ready.extend(claim, 30_000)
    await ready.settle(claim, { inMs: null, holdMs: 0 })
    expect(await ready.dueAt(['a'])).toEqual([null])
    expect(await redis.keys(`${globalKeys.ready(0).slice(0, -1)}*`)).toEqual([])
  })

  it('brings no visit for a ring while nothing can be done, and one at its end', async () => {
    const ready = createReadyIndex(redis, clock)
    await ready.ring('a')
    const [claim] = await claimAll()
    if (!claim) throw new Error('not claimed')
    await ready.ring('a')
    await ready.settle(claim, { inMs: null, holdMs: 1_000 })
    for (let event = 0; event < 9; event++) {
      clock.advance(100)
      await ready.ring('a')
      expect(await claimAll()).toEqual([])
    }
    clock.advance(100)
    expect(await claimAll()).toMatchObject([{ lane: 'a' }])
  })

  it('holds a lane only until it is given back as one that did something', async () => {
    const ready = createReadyIndex(redis, clock)
    await ready.ring('a')
    const [held] = await claimAll()
    if (!held) throw new Error('not claimed')
    await ready.settle(held, { inMs: 0, holdMs: 1_000 })
    const [claim] = await claimAll()
    if (!claim) throw new Error('not claimed')
    await ready.settle(claim, { inMs: null, holdMs: 0 })
    await ready.ring('a')
    expect(await claimAll()).toMatchObject([{ lane: 'a' }])
  })
})
