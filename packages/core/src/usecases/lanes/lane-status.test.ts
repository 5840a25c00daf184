import { describe, expect, it } from 'vitest'
import { estimateDoneAt } from './lane-status.ts'

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
