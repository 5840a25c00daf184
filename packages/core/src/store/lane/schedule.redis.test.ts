import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createSchedule } from './schedule.ts'

const { redis } = await withRedis()

it('a task is due at the earliest time it was planned for, until it is planned anew', async () => {
  const schedule = createSchedule(redis, 'acme')
  await schedule.plan('reconcile:gold', 500)
  await schedule.plan('reconcile:gold', 900)
  await schedule.plan('usage:gold', 700)
  expect([await schedule.first(), await schedule.nextAt()]).toEqual([{ task: 'reconcile:gold', at: 500 }, 500])
  await schedule.replan('reconcile:gold', 900)
  expect(await schedule.dueAt(['reconcile:gold', 'usage:gold', 'none'])).toEqual([900, 700, null])
  await schedule.drop('usage:gold')
  expect(await schedule.nextAt()).toBe(900)
})

it('what was done settles a task, unless somebody has planned it anew since it was put off', async () => {
  const schedule = createSchedule(redis, 'acme')
  await schedule.replan('task', 1_000)
  await schedule.settle('task', 1_000, 5_000)
  expect(await schedule.dueAt(['task'])).toEqual([5_000])
  await schedule.plan('task', 2_000)
  await schedule.settle('task', 5_000, null)
  expect(await schedule.dueAt(['task'])).toEqual([2_000])
  await schedule.settle('task', 2_000, null)
  expect(await schedule.dueAt(['task'])).toEqual([null])
})
