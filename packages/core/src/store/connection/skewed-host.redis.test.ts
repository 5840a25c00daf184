import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { requestWork } from '../../usecases/intake/index.ts'
import { moveRoster } from '../../usecases/rosters/move-roster.ts'
import { createAudit } from '../access/audit.ts'
import { globalKeys, laneKeys } from '../keys.ts'
import { isPacking } from './packing.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  vi.useRealTimers()
  await rig[Symbol.asyncDispose]()
})

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 1_440 * MINUTE
const setHost = (aheadMs: number) => vi.useFakeTimers({ now: Date.now() + aheadMs, toFake: ['Date'] })
const storeTime = () => rig.store.time()

describe.each([
  ['29 s ahead', 29 * SECOND],
  ['29 s behind', -29 * SECOND],
  ['ten minutes ahead', 10 * MINUTE],
  ['ten minutes behind', -10 * MINUTE],
  ['a year ahead', 365 * DAY],
])('a host whose clock is %s', (_what, aheadMs) => {
  it('forgets nothing of the audit log that is to be kept', async () => {
    const entry = { at: 1, actor: 'user:ann', action: 'lane.pause', target: 'team-key:acme', detail: '' }
    const now = await storeTime()
    // Trimmed in whole nodes of a hundred, so that there have to be some.
    for (let at = 0; at < 300; at++)
      await rig.redis.xadd(
        globalKeys.audit,
        `${Math.floor(now) - 89 * DAY - 23 * 60 * MINUTE - 55 * MINUTE + at}-0`,
        'at',
        '1',
      )
    setHost(aheadMs)
    await createAudit(rig.redis).add(entry)
    expect(await rig.redis.xlen(globalKeys.audit)).toBe(301)
  })

  it('waits a day before it packs records, and no longer', async () => {
    await rig.redis.hset(globalKeys.teamKeys, 'acme', JSON.stringify(makeTeamKey({ id: 'acme' })))
    await rig.redis.del(globalKeys.packedFrom)
    setHost(aheadMs)
    const first = rig.redis.duplicate()
    expect(await isPacking(first)).toBe(false)
    const inMs = Number(await rig.redis.get(globalKeys.packedFrom)) - (await storeTime())
    expect(Math.abs(inMs - DAY)).toBeLessThan(10 * SECOND)
    await rig.redis.set(globalKeys.packedFrom, Math.floor(await storeTime()) - SECOND)
    const second = rig.redis.duplicate()
    expect(await isPacking(second)).toBe(true)
    for (const one of [first, second]) one.disconnect()
  })

  it('brings what was asked for to the team key where its roster moves, as asked for now', async () => {
    const roster = await rig.addRoster()
    await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
    await rig.join('ann')
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited' }))
    await requestWork(rig.deps, { roster: 'gold', member: 'ann', kind: 'converge' })
    await rig.redis.del(laneKeys('acme').outboxNow)
    setHost(aheadMs)
    await moveRoster(rig.deps, roster, 'second')
    const [, score = '0'] = await rig.redis.zrange(laneKeys('second').outboxInteractive, '0', '-1', 'WITHSCORES')
    expect(Math.abs(Number(score) - (await storeTime()))).toBeLessThan(10 * SECOND)
  })
})
