import { setImmediate as turnOfLoop } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createLeisure } from './leisure.ts'

/** Long work of so many pieces, each of so many ms by the clock that is read. */
function createWork() {
  let time = 0
  const leisure = createLeisure(() => time)
  const done: string[] = []
  const work = async (name: string, pieces: number, ms: number) => {
    for (let at = 0; at < pieces; at++) {
      await leisure.turn()
      time += ms
      done.push(name)
    }
  }
  const turns = async (count: number) => {
    for (let at = 0; at < count; at++) await turnOfLoop()
  }
  return { leisure, done, work, turns, pass: (ms: number) => void (time += ms) }
}

describe('long work', () => {
  it('goes on by one piece a turn of the loop, whoever does it, in the order of asking', async () => {
    const { done, work, turns } = createWork()
    const all = ['a', 'b', 'c'].map((name) => work(name, 2, 1))
    let most = 0
    for (let at = 0, before = 0; at < 20; at++, before = done.length) {
      await turns(1)
      most = Math.max(most, done.length - before)
    }
    await Promise.all(all)
    expect([done.join(''), most]).toEqual(['abcabc', 1])
  })

  it('lets a small request go first, from its first step to its last', async () => {
    const { leisure, done, work, turns } = createWork()
    const all = [work('long', 3, 50), work('other', 3, 50)]
    await turns(1)
    const end = leisure.begin()
    const before = done.length
    await turns(20)
    expect(done.length - before).toBeLessThanOrEqual(1)
    end()
    end()
    await Promise.all(all)
    expect(done.length).toBe(6)
  })

  it('does not wait for a request whose body or answer takes its time', async () => {
    const { leisure, done, work, turns, pass } = createWork()
    const long = work('long', 4, 200)
    await turns(2)
    leisure.begin()
    await turns(5)
    const before = done.length
    pass(250)
    await expect.poll(() => done.length).toBeGreaterThan(before)
    await turns(10)
    await long
    expect(done.length).toBe(4)
  })

  it('that another process does counts as well, up to some milliseconds of it', async () => {
    const { leisure, done, work, turns, pass } = createWork()
    let end = () => {}
    const piece = leisure.take(() => new Promise<void>((resolve) => (end = resolve)))
    await turns(2)
    leisure.begin()
    pass(10)
    end()
    await piece
    const long = work('long', 1, 1)
    pass(19)
    await turns(5)
    expect(done.length).toBe(0)
    pass(2)
    await long
    await turns(1)
    pass(3)
    const slow = leisure.take(() => new Promise<void>((resolve) => (end = resolve)))
    await turns(5)
    pass(100)
    end()
    await slow
    const next = work('long', 1, 1)
    pass(39)
    await turns(5)
    expect(done.length).toBe(1)
    pass(2)
    await next
    expect(done.length).toBe(2)
  })

  it('keeps a third of the time, however many small requests there are', async () => {
    const { leisure, done, work, turns, pass } = createWork()
    leisure.begin()
    leisure.begin()
    const long = work('long', 3, 10)
    await turns(5)
    expect(done.length).toBe(1)
    pass(19)
    await turns(5)
    expect(done.length).toBe(1)
    pass(2)
    await expect.poll(() => done.length).toBe(2)
    pass(21)
    await long
  })
})
