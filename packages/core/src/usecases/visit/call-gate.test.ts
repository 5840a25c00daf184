import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createSettableClock } from '@flightroster/core/testing'
import type { CallRecord } from '@flightroster/app-store-connect'
import type { Log } from '../../log.ts'
import type { Budget } from '../../store/index.ts'
import { createCallGate } from './call-gate.ts'

/** A budget of so many calls, answered as late as a store answers; `told` is what it has heard. */
function setUp(limit: number) {
  const clock = createSettableClock()
  const told: string[] = []
  const begins: number[] = []
  let left = limit
  let held = { calls: 0, at: 0 }
  let broken = false
  const budget: Budget = {
    async reserve(wanted) {
      await setImmediate()
      left += held.calls
      held = { calls: Math.min(wanted, left), at: clock.now() }
      left -= held.calls
      told.push(`reserved ${held.calls}`)
      return { granted: held.calls, nextAt: held.calls === 0 ? clock.now() + 60_000 : 0, now: clock.now() }
    },
    async begin(_holder, calls) {
      await setImmediate()
      if (broken) throw new Error('The connection is closed.')
      const begun = Math.min(calls, held.calls)
      held.calls -= begun
      begins.push(begun)
      return { begun, reservedAt: held.at }
    },
    async unbegin(_holder, calls) {
      held.calls += calls
      told.push(`not sent ${calls}`)
    },
    async release(unused) {
      await setImmediate()
      left += unused
      held.calls -= unused
      told.push(`back ${unused}`)
    },
    async note(_reading, open, { reservedAt, calls } = { reservedAt: 0, calls: 0 }) {
      await setImmediate()
      told.push(`${calls} answered, ${open} open, ${clock.now() - reservedAt} ms old`)
    },
    keepQuiet: async () => {},
    read: () => Promise.reject(new Error('not asked for here')),
  }
  const log = { warn: () => {} } as unknown as Log
  const gate = createCallGate({
    budget,
    clock,
    log,
    keepBack: () => 0,
    isLeaseHeld: () => true,
    atOnce: () => 4,
    holder: 'visit',
    keyAt: 0,
  })
  return { clock, gate, told, begins, left: () => left, breakStore: () => void (broken = true) }
}

const call = {} as Parameters<ReturnType<typeof createCallGate>['admit']>[0]
const silent = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }
const answer = (quota: Partial<CallRecord['quota']> = {}) =>
  ({ code: null, status: 200, quota: { ...silent, ...quota } }) as CallRecord

it('tells when an answered call had been reserved, and gives back the rest', async () => {
  const { gate, clock, told, left } = setUp(10)
  expect(await gate.reserve(3)).toMatchObject({ available: 3 })
  clock.advance(40)
  await gate.admit(call)
  await gate.note(answer())
  await gate.close()
  expect(told).toEqual(['reserved 3', '1 answered, 2 open, 40 ms old', 'back 2'])
  expect(left()).toBe(9)
})

it('keeps the order of reservations and answers, so that what is open is ours to the call', async () => {
  const { gate, told } = setUp(30)
  await gate.reserve(2)
  await gate.admit(call)
  await gate.admit(call)
  // A third call reserves more while the answers of the first two arrive.
  const third = gate.admit(call)
  await gate.note(answer())
  await gate.note(answer({ hourLimit: 3_600, hourRemaining: 3_000 }))
  await third
  await gate.close()
  // Both are told together, after the reservation that was asked for before them.
  expect(told.slice(0, 3)).toEqual(['reserved 2', 'reserved 10', '2 answered, 10 open, 0 ms old'])
})

it('tells of calls together that begin while the store hears of others, and begins none that it knows nothing of', async () => {
  const { gate, begins, left } = setUp(30)
  await gate.reserve(12)
  await Promise.all(Array.from({ length: 12 }, () => gate.admit(call)))
  expect(begins).toEqual([12])
  const first = gate.admit(call)
  await first
  const others = Array.from({ length: 4 }, () => gate.admit(call))
  await Promise.all(others)
  expect(begins).toEqual([12, 1, 4])
  for (let at = 0; at < 17; at++) await gate.note(answer())
  await gate.close()
  expect([gate.sent(), left()]).toEqual([17, 13])
})

it('tells of answers together only as long as nothing else is told between them, and keeps the newest word of the quota', async () => {
  const { gate, told } = setUp(30)
  await gate.reserve(4)
  for (let at = 0; at < 4; at++) await gate.admit(call)
  const refused = { ...answer(), code: 'apple_rate_limited' } as CallRecord
  const answers = [answer(), answer({ hourLimit: 3_600, hourRemaining: 3_000 }), refused, answer()]
  // Of the third the store is told that it keeps quiet.
  for (const one of answers) void gate.note(one)
  await gate.close()
  expect(told).toEqual(['reserved 4', '3 answered, 2 open, 0 ms old', '1 answered, 0 open, 0 ms old', 'back 0'])
})

it('says when to come again once nothing is left', async () => {
  const { gate } = setUp(1)
  await gate.admit(call)
  await expect(gate.admit(call)).rejects.toMatchObject({ code: 'budget_exhausted', retryAfterMs: 60_000 })
})

it('gives back what somebody else was quicker to use', async () => {
  const { gate, left } = setUp(10)
  await gate.reserve(10)
  await gate.admit(call)
  await gate.note(answer({ hourLimit: 10, hourRemaining: 4 }))
  expect(await gate.reserve(1)).toMatchObject({ available: 4 })
  await gate.close()
  expect(left()).toBe(9)
})

it('keeps to a minute that Apple begins to tell in the middle of a visit', async () => {
  const { gate, left } = setUp(100)
  await gate.reserve(100)
  await gate.admit(call)
  await gate.admit(call)
  await gate.note(answer({ hourLimit: 3_600, hourRemaining: 3_500, minuteLimit: 90, minuteRemaining: 20 }))
  // One is still under way: Apple has not counted it.
  expect(await gate.reserve(1)).toMatchObject({ available: 19 })
  await gate.close()
  expect(left()).toBe(98)
})

it('reserves anew what it has had in hand for long', async () => {
  const { gate, clock, told } = setUp(100)
  await gate.reserve(5)
  clock.advance(31_000)
  await gate.admit(call)
  expect(told).toEqual(['reserved 5', 'reserved 10'])
})

it('begins a call before anybody makes it, which is the next one, and gives back one that nobody made', async () => {
  const { gate, told, left } = setUp(10)
  await gate.reserve(3)
  gate.beginAhead(1)
  gate.beginAhead(0)
  await gate.admit(call)
  await gate.note(answer())
  gate.beginAhead(1)
  await gate.close()
  expect(told).toEqual(['reserved 3', '1 answered, 2 open, 0 ms old', 'not sent 1', 'back 2'])
  expect([left(), gate.sent()]).toEqual([9, 1])
})

it('begins as many ahead as are under way at once, and one more for each that is made, until all are begun', async () => {
  const { gate, begins, told, left } = setUp(100)
  await gate.reserve(20)
  gate.beginAhead(10)
  for (let made = 0; made < 3; made++) await gate.admit(call)
  await setImmediate()
  await setImmediate()
  const begun = () => begins.reduce((sum, calls) => sum + calls, 0)
  expect(begun()).toBe(7)
  for (let made = 3; made < 10; made++) await gate.admit(call)
  expect(begun()).toBe(10)
  await gate.admit(call)
  expect(begun()).toBe(11)
  for (let made = 0; made < 11; made++) await gate.note(answer())
  gate.beginAhead(3)
  await gate.close()
  expect(told.slice(-2)).toEqual(['not sent 3', 'back 9'])
  expect([left(), gate.sent()]).toEqual([89, 11])
})

it('counts no call twice that was begun ahead, where Apple has less left than was believed', async () => {
  const { gate, told } = setUp(100)
  await gate.reserve(20)
  gate.beginAhead(10)
  await gate.admit(call)
  await setImmediate()
  await setImmediate()
  // Of ten that Apple has left, four are begun and not sent.
  await gate.note(answer({ hourLimit: 3_600, hourRemaining: 10 }))
  await gate.close()
  expect(told).toContain('back 9')
})

it('makes no call that was begun ahead where the store was not told', async () => {
  const { gate, breakStore } = setUp(10)
  await gate.reserve(2)
  breakStore()
  gate.beginAhead(2)
  await expect(gate.admit(call)).rejects.toMatchObject({ code: 'lease_lost' })
  await gate.close()
  expect(gate.sent()).toBe(0)
})

it('sends nothing that the store has not heard of', async () => {
  const { gate, breakStore } = setUp(10)
  await gate.reserve(2)
  breakStore()
  await expect(gate.admit(call)).rejects.toMatchObject({ code: 'lease_lost', retryAfterMs: 1_000 })
  expect(gate.sent()).toBe(0)
})
