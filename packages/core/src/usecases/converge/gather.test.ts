import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { gather } from './gather.ts'

const unheard: unknown[] = []
const listen = (reason: unknown) => unheard.push(reason)
beforeEach(() => {
  unheard.length = 0
  process.on('unhandledRejection', listen)
})
afterEach(() => process.off('unhandledRejection', listen))

it('keeps a failure until it is asked for', async () => {
  const work = gather()
  const failure = new Error('the store is gone')
  work.add(Promise.reject(failure))
  await setImmediate()
  await setImmediate()
  expect(unheard).toEqual([])
  await expect(work.ended()).rejects.toBe(failure)
})

it('waits for all, also where one failed', async () => {
  const work = gather()
  let isDone = false
  work.add(Promise.reject(new Error('first')))
  work.add(setImmediate().then(() => void (isDone = true)))
  await expect(work.ended()).rejects.toThrow('first')
  expect(isDone).toBe(true)
})
