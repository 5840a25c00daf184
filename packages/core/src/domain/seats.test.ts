import { describe, expect, it } from 'vitest'
import {
  createSeatLedger,
  forecastSeats,
  freeSeats,
  needsGroups,
  NO_SEATS,
  withCount,
  withEntries,
  withGrouped,
  withRefusal,
  type AppSeats,
} from './seats.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const MINUTE = 60_000
const DAY = 86_400_000
const counted = (used: number): AppSeats => withCount(NO_SEATS, used, NOW)

describe('free seats', () => {
  it('are not known before anybody counted or was refused', () => {
    expect(freeSeats(NO_SEATS, NOW)).toBeNull()
    expect(freeSeats(withRefusal(NO_SEATS, null, null, NOW), NOW)).toBe(0)
  })

  it('are what Apple’s limit leaves, less who went in since the count', () => {
    expect(freeSeats(counted(9_990), NOW)).toBe(10)
    expect(freeSeats(withEntries(counted(9_990), 4, NOW), NOW)).toBe(6)
  })

  it('are none once Apple said so, however few there were, until somebody has gone', () => {
    const full = withRefusal(counted(40), 40, null, NOW)
    expect([full.limit, freeSeats(full, NOW)]).toEqual([40, 0])
    expect(freeSeats(withCount(full, 37, NOW + MINUTE), NOW + MINUTE)).toBe(3)
    // More than it can have: the limit was another one.
    expect(withCount(full, 41, NOW + MINUTE).limit).toBe(41)
  })

  it('are not more by a count that may trail our own entries', () => {
    const entered = withEntries(counted(9_990), 5, NOW)
    expect(withCount(entered, 9_991, NOW + 10_000).used).toBe(9_995)
    expect(withCount(entered, 9_991, NOW + MINUTE).used).toBe(9_991)
  })

  it('are those of the groups where testers without a group fill the app, for as long as that count is fresh', () => {
    expect(needsGroups(counted(9_999))).toBe(false)
    const full = counted(10_000)
    expect(needsGroups(full)).toBe(true)
    const grouped = withGrouped(full, 9_950, NOW)
    expect(freeSeats(grouped, NOW)).toBe(50)
    expect(freeSeats(grouped, NOW + 2 * MINUTE)).toBe(0)
  })

  it('are the fewer of the two where a limit was learnt', () => {
    const learnt = withRefusal(counted(40), 40, 30, NOW)
    const both = withGrouped(withCount(learnt, 35, NOW + MINUTE), 29, NOW + MINUTE)
    expect([needsGroups(both), freeSeats(both, NOW + MINUTE)]).toEqual([true, 1])
  })
})

describe('room of a roster', () => {
  const shares = [
    { roster: 'gold', reserve: 10, in: 4 },
    { roster: 'bronze', reserve: 5, in: 9 },
  ]

  it('is what is free beyond the unfilled reserves of others', () => {
    const ledger = createSeatLedger(8, shares)
    expect([ledger.room('silver'), ledger.room('gold')]).toEqual([2, Infinity])
    ledger.take('gold')
    expect(ledger.room('silver')).toBe(2)
    ledger.take('silver')
    ledger.take('silver')
    expect(ledger.room('silver')).toBe(0)
  })

  it('is for Apple to say where nothing is kept for others, or nobody has counted', () => {
    expect(createSeatLedger(0, []).room('silver')).toBe(Infinity)
    expect(createSeatLedger(null, shares).room('silver')).toBe(Infinity)
  })

  it('of a copy is its own', () => {
    const ledger = createSeatLedger(8, shares)
    ledger.copy().take('silver')
    expect(ledger.room('silver')).toBe(2)
  })
})

describe('the forecast', () => {
  const daily = (days: number, perDay: number, last = 9_000) =>
    Array.from({ length: days }, (_, at) => ({ at: NOW - (days - at) * DAY, used: last - (days - at) * perDay }))

  it('is the day on which the app is full at the pace of the last 28 days', () => {
    expect(forecastSeats(counted(9_000), daily(28, 50), NOW)).toEqual({
      kind: 'full_on',
      at: NOW + 20 * DAY,
      perDay: expect.closeTo(50),
    })
    // What was before does not count.
    const before = [{ at: NOW - 100 * DAY, used: 0 }, ...daily(28, 50)]
    expect(forecastSeats(counted(9_000), before, NOW)).toMatchObject({ kind: 'full_on', at: NOW + 20 * DAY })
  })

  it.each([
    ['nobody has counted', NO_SEATS, [], 'not_counted'],
    ['it is known for two days', counted(9_000), daily(2, 50), 'too_young'],
    ['nobody comes', counted(9_000), daily(28, 0), 'not_growing'],
    ['more go than come', counted(9_000), daily(28, -5), 'not_growing'],
    ['it lies beyond a year', counted(9_000), daily(28, 1), 'far'],
  ])('is not given where %s', (_, seats, samples, why) => {
    expect(forecastSeats(seats, samples, NOW)).toMatchObject({ kind: 'not_foreseeable', why })
  })

  it('says that an app is full already', () => {
    expect(forecastSeats(counted(10_000), daily(28, 50), NOW)).toEqual({ kind: 'full' })
  })
})
