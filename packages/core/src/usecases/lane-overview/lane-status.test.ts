import { describe, expect, it } from 'vitest'
import { estimateDoneAt, spentSince } from './lane-status.ts'

const NOW = 1_000_000
const lane = { now: NOW, open: 4, limit: 3_600, remaining: 3_600, isStopped: false, nextVisitAt: null }

describe('estimateDoneAt', () => {
  it('is a second or so for four changes that are next', () => {
    expect(estimateDoneAt(lane)).toBe(NOW + 1_000)
    expect(estimateDoneAt({ ...lane, nextVisitAt: NOW - 5_000 })).toBe(NOW + 1_000)
  })

  it('is never before the lane is looked at next', () => {
    expect(estimateDoneAt({ ...lane, nextVisitAt: NOW + 3_000_000 })).toBe(NOW + 3_001_000)
  })

  it('is not known of a lane that is stopped, and nothing where nothing is open', () => {
    expect(estimateDoneAt({ ...lane, isStopped: true })).toBeNull()
    expect(estimateDoneAt({ ...lane, open: 0 })).toBeNull()
  })
})

describe('spentSince', () => {
  const calls = [
    { at: 10, count: 100 },
    { at: 20, count: 500 },
    { at: 30, count: 5 },
  ]

  it('is when the calls that are still in the hour had used it up, whatever a few later ones did', () => {
    expect(spentSince(calls, 600)).toBe(20)
    expect(spentSince(calls, 605)).toBe(30)
  })

  it('is not known where they do not use it up', () => {
    expect(spentSince(calls, 606)).toBeNull()
    expect(spentSince([], 1)).toBeNull()
  })
})
