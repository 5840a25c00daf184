import { describe, expect, it } from 'vitest'
import { doubtReading, nextSighting, nextUsage, periodFor, type UsageFigures, type UsageReading } from './usage.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-24T10:00:00Z')
const figures = (sessions: number): UsageFigures => ({ sessions, crashes: 0, feedback: 0 })
const reading = (sessions: Record<string, number>, more: Partial<UsageReading> = {}): UsageReading => ({
  days: 90,
  readAt: NOW,
  until: NOW - DAY,
  figures: new Map(Object.entries(sessions).map(([id, count]) => [id, figures(count)])),
  ...more,
})
const before = (sessions: Record<string, number>, days = 1) => ({
  readAt: NOW - days * DAY,
  sessions: new Map(Object.entries(sessions)),
})

describe('periods', () => {
  it.each([
    [1, 7],
    [7, 7],
    [8, 30],
    [90, 90],
    [91, 365],
    [null, 90],
  ])('%s days are covered by the smallest period, %s', (days, period) => expect(periodFor(days)).toBe(period))
})

describe('a reading of usage', () => {
  it('is believed while half of those with sessions still have some', () => {
    expect(doubtReading(reading({ a: 1, b: 0, c: 0 }), before({ a: 2, b: 3, c: 0 }))).toBeNull()
  })
  it('is not believed once more than half of them have none, be it a zero or no row', () => {
    expect(doubtReading(reading({ a: 1, b: 0, c: 0, d: 0 }), before({ a: 2, b: 3, c: 4 }))).toBe('implausible')
    expect(doubtReading(reading({ a: 1 }), before({ a: 2, b: 3, c: 4 }))).toBe('implausible')
  })
  it('is not believed empty, nor more than two days behind', () => {
    expect(doubtReading(reading({}), before({}))).toBe('empty')
    expect(doubtReading(reading({ a: 1 }, { until: NOW - 2.1 * DAY }), before({}))).toBe('late')
    expect(doubtReading(reading({ a: 1 }, { until: null }), before({}))).toBeNull()
  })
  it('stays in doubt for weeks, and is believed once every session of the one before is older than the period', () => {
    const none = { a: 0, b: 0 }
    expect(doubtReading(reading(none), before({ a: 1, b: 1 }, 89))).toBe('implausible')
    expect(doubtReading(reading(none), before({ a: 1, b: 1 }, 90))).toBeNull()
    expect(doubtReading(reading(none, { days: 7 }), before({ a: 1, b: 1 }, 59))).toBe('implausible')
  })
})

describe('what is kept from reading to reading', () => {
  const at = (days: number) => ({ days: 90 as const, readAt: NOW + days * DAY })
  it('knows the first reading without sessions, and the last one that had more', () => {
    const first = nextUsage(undefined, figures(3), at(0))
    expect(first).toMatchObject({ zeroSince: null, risenAt: NOW })
    const fewer = nextUsage(first, figures(2), at(1))
    expect(fewer).toMatchObject({ zeroSince: null, risenAt: NOW })
    const none = nextUsage(fewer, figures(0), at(2))
    expect(none).toMatchObject({ zeroSince: NOW + 2 * DAY, risenAt: NOW })
    expect(nextUsage(none, figures(0), at(3))).toMatchObject({ zeroSince: NOW + 2 * DAY })
    expect(nextUsage(none, figures(1), at(3))).toMatchObject({ zeroSince: null, risenAt: NOW + 3 * DAY })
  })
  it('counts anew where the period is another', () => {
    const none = nextUsage(undefined, figures(0), at(0))
    expect(nextUsage(none, figures(0), { ...at(1), days: 30 }).zeroSince).toBe(NOW + DAY)
  })
  it('knows since when a tester has its state', () => {
    const seen = { state: 'invited', inviteType: null, devices: [] } as const
    const first = nextSighting(undefined, { ...seen, devices: [] }, NOW)
    expect(nextSighting(first, { ...seen, devices: [] }, NOW + DAY).since).toBe(NOW)
    expect(nextSighting(first, { ...seen, state: 'accepted', devices: [] }, NOW + DAY).since).toBe(NOW + DAY)
  })
  it('is another sighting where the invitation or a device is another, and else the very same', () => {
    const phone = { model: 'iPhone17,3', platform: 'IOS', osVersion: '26.1', build: '1' }
    const seen = { state: 'installed', inviteType: 'EMAIL', devices: [phone] } as const
    const first = nextSighting(undefined, { ...seen, devices: [phone] }, NOW)
    expect(nextSighting(first, { ...seen, devices: [{ ...phone }] }, NOW + DAY)).toBe(first)
    const others = (Object.keys(phone) as (keyof typeof phone)[]).map((field) => [{ ...phone, [field]: null }])
    for (const devices of [[], [phone, phone], ...others])
      expect(nextSighting(first, { ...seen, devices }, NOW + DAY)).toEqual({ ...seen, devices, since: NOW })
    const byLink = { ...seen, inviteType: 'PUBLIC_LINK' as const, devices: [phone] }
    expect(nextSighting(first, byLink, NOW + DAY)).toEqual({ ...byLink, since: NOW })
  })
})
