import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APP, startBuildsRig, type BuildsRig } from '../../../testing/builds-rig.ts'
import { systemClock } from '../../domain/clock.ts'
import { globalKeys } from '../../store/index.ts'
import { buildsTask } from './plan-roster-tasks.ts'
import { sweepTasks } from './sweep-tasks.ts'

let rig: BuildsRig

beforeEach(async () => {
  rig = await startBuildsRig()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

describe('the sweep of schedules', () => {
  it('plans what is missing and rings a lane that no index holds', async () => {
    const [key] = rig.emulator.keys
    await rig.store.teamKeys.put({
      v: 1,
      id: 'acme',
      issuerId: key!.issuerId,
      keyId: key!.keyId,
      sealedPrivateKey: '',
      createdAt: 0,
      updatedAt: 0,
    })
    await rig.enter()
    const sweep = () => sweepTasks({ store: rig.store, clock: systemClock, log: rig.deps.log, buildWatchMs: 600_000 })
    expect(await sweep()).toBe(2)
    const due = await rig.schedule.dueAt([buildsTask(APP), 'reconcile:gold'])
    expect(due.every((at) => at !== null)).toBe(true)
    const [visitAt] = await rig.store.ready.dueAt(['acme'])
    expect(Math.abs((visitAt ?? 0) - ((await rig.schedule.nextAt()) ?? 0))).toBeLessThan(1_000)
    // One worker of all, now and then.
    expect(await sweep()).toBeNull()
    await rig.redis.del(globalKeys.task('sweep-tasks'))
    expect(await sweep()).toBe(0)
  })
})
