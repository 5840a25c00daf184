import { describe, expect, it } from 'vitest'
import { spentSince } from './lane-status.ts'

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
