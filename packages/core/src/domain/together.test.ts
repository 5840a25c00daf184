import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { together } from './together.ts'

it('does together what comes in one turn, and what comes while a step is under way, so many at most', async () => {
  const steps: number[][] = []
  const double = together<number, number>(3, async (items) => {
    steps.push(items)
    await setImmediate()
    return items.map((item) => 2 * item)
  })
  const first = Promise.all([1, 2].map(double))
  await Promise.resolve()
  const others = Promise.all([3, 4, 5, 6].map(double))
  expect([await first, await others]).toEqual([
    [2, 4],
    [6, 8, 10, 12],
  ])
  expect(steps).toEqual([[1, 2], [3, 4, 5], [6]])
  expect(await double(7)).toBe(14)
})

it('tells a failure of the step to all of it, and one of an item to that one', async () => {
  let isBroken = false
  const check = together<number, number>(9, async (items) => {
    await setImmediate()
    if (isBroken) throw new Error('all of it')
    return items.map((item) => (item < 0 ? new Error('this one') : item))
  })
  expect(await Promise.allSettled([1, -1].map(check))).toMatchObject([
    { value: 1 },
    { reason: { message: 'this one' } },
  ])
  isBroken = true
  expect(await Promise.allSettled([1, 2].map(check))).toMatchObject([
    { reason: { message: 'all of it' } },
    { reason: { message: 'all of it' } },
  ])
  isBroken = false
  expect(await check(1)).toBe(1)
})
