import { describe, expect, it } from 'vitest'
import { backlogDoneAt, estimateDoneAt, msOfCalls, type Outlook } from './outlook.ts'

const NOW = 1_000_000
const lane: Outlook = {
  now: NOW,
  waiting: 4,
  delayed: 0,
  sleepUntil: null,
  limit: 3_600,
  remaining: 3_600,
  isStopped: false,
  goesOnAt: null,
}

describe('estimateDoneAt', () => {
  it('is a second or so for four changes that are next', () => {
    expect(estimateDoneAt(lane)).toBe(NOW + 1_000)
    expect(estimateDoneAt({ ...lane, goesOnAt: NOW - 5_000 })).toBe(NOW + 1_000)
  })

  it('is never before the lane is looked at next', () => {
    expect(estimateDoneAt({ ...lane, goesOnAt: NOW + 3_000_000 })).toBe(NOW + 3_001_000)
  })

  it('is never before the last that sleeps wakes, whom those who wait for their turn do not wait for', () => {
    const asleep = { ...lane, delayed: 1, sleepUntil: NOW + 9_000_000, goesOnAt: NOW + 40_000 }
    expect(estimateDoneAt(asleep)).toBe(NOW + 9_000_250)
    expect(backlogDoneAt(asleep)).toBe(NOW + 41_000)
    expect(backlogDoneAt({ ...asleep, waiting: 0 })).toBeNull()
    expect(estimateDoneAt({ ...asleep, sleepUntil: NOW - 1 })).toBe(NOW + 41_250)
  })

  it('is not known of a lane that is stopped, and nothing where nothing is open', () => {
    expect(estimateDoneAt({ ...lane, isStopped: true })).toBeNull()
    expect(estimateDoneAt({ ...lane, waiting: 0 })).toBeNull()
  })
})

it('calls beyond what is left of the quota come as the hour gives them back', () => {
  expect(msOfCalls(100, { limit: 1_000, remaining: 150 })).toBe(25_000)
  expect(msOfCalls(1_050, { limit: 1_000, remaining: 150 })).toBe(25_000 + 3_600_000)
  expect(msOfCalls(10, { limit: 1_000, remaining: 250 }, 0.25)).toBe(48_000)
  expect(msOfCalls(4, { limit: null, remaining: null })).toBe(1_000)
})
