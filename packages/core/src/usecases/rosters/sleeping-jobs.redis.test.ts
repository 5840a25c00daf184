import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { deleteRoster } from './delete-roster.ts'
import { moveRoster } from './move-roster.ts'

let rig: LaneRig
let gold: Roster
const delayed = 'fr:{acme}:lane-acme:delayed'

/** A member's job sleeps for an hour, after a try that failed. */
beforeEach(async () => {
  rig = await startLaneRig()
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
  gold = await rig.addRoster()
  await rig.join('u-1')
  rig.emulator.failNext({ kind: 'status', status: 503, times: 10_000 })
  await rig.until(async () => expect(await rig.redis.zcard(delayed)).toBe(1))
  rig.emulator.clearFaults()
  const [job = ''] = await rig.redis.zrange(delayed, '0', '-1')
  await rig.redis.zadd(delayed, (Date.now() + 3_600_000) * 4_096, job)
  expect(await rig.redis.hlen(laneKeys('acme').work)).toBe(1)
})
afterEach(() => rig[Symbol.asyncDispose]())

const group = () => rig.emulator.groupMembers(gold.group.id)

it('a member whose job sleeps is converged at once where the roster moved to, and no job is left behind', async () => {
  await moveRoster(rig.deps, gold, 'second')
  // As urgent as it was.
  expect(await rig.redis.zcard(laneKeys('second').outboxInteractive)).toBe(1)
  await rig.until(() => expect(group()).toEqual(['u-1@example.com']))
  expect(await rig.queueOf('acme').counts()).toMatchObject({ delayed: 0, waiting: 0, failed: 0 })
})

it('a roster that is deleted leaves no job that sleeps, and one that is made anew is converged at once', async () => {
  await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
  expect(await rig.queueOf('acme').counts()).toMatchObject({ delayed: 0, waiting: 0, failed: 0 })
  gold = await rig.addRoster()
  await rig.join('u-1')
  await rig.until(() => expect(group()).toEqual(['u-1@example.com']))
})

it('whoever comes late with a deletion takes no job of a roster that was made anew', async () => {
  const ref = rig.deps.toRef('gold', 'u-1')
  const sleeps = async () => {
    await rig.redis.zadd(delayed, (Date.now() + 3_600_000) * 4_096, ref)
    await rig.redis.hset(laneKeys('acme').work, ref, JSON.stringify({ r: 'gold', m: 'u-1' }))
  }
  for (let at = 0; ; at++) {
    const former = { ...gold, createdAt: at, deleting: true, forgetting: true }
    await rig.store.enterRoster(former)
    await sleeps()
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => createStore(redis).forgetRoster(former),
      async ({ redis }) => {
        const store = createStore(redis)
        await store.forgetRoster(former)
        await store.enterRoster({ ...gold, createdAt: at + 1_000 })
        await sleeps()
      },
    )
    if (!lagged) break
    expect({ at, jobs: await rig.redis.zrange(delayed, '0', '-1') }).toEqual({ at, jobs: [ref] })
    await rig.store.forgetRoster({ ...gold, createdAt: at + 1_000, deleting: true, forgetting: true })
  }
})
