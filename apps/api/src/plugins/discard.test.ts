import { describe, expect, it } from 'vitest'
import { spaceOut } from './discard.ts'

describe('refusals of bodies that were not read', () => {
  it('are told at once where they are few, and one after the other where one sender has many', () => {
    let time = 0
    const waitOf = spaceOut(() => time)
    expect(waitOf('a')).toBe(0)
    expect([waitOf('a'), waitOf('a'), waitOf('b')]).toEqual([50, 100, 0])
    time = 150
    expect(waitOf('a')).toBe(0)
  })

  it('are told within a second, however many there are', () => {
    const waitOf = spaceOut(() => 0)
    const waits = Array.from({ length: 100 }, () => waitOf('a'))
    expect(Math.max(...waits)).toBe(900)
  })

  it('of many senders are remembered no longer than it matters', () => {
    let time = 0
    const waitOf = spaceOut(() => time)
    for (let at = 0; at < 5_000; at++) {
      waitOf(`sender ${at}`)
      time += 1
    }
    expect([waitOf('sender 4999'), waitOf('sender 1')]).toEqual([49, 0])
  })
})
