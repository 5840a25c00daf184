import { describe, expect, it } from 'vitest'
import { createFairLine } from './fair-line.ts'

const line = (waiting = { own: 10, all: 20 }) => createFairLine({ own: 2, all: 3, waiting })

/** Notes who has its turn, and lets it be ended. */
function watch(fair = line()) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const refused: string[] = []
  const enter = (name: string, actor: string, weight = 1, signal?: AbortSignal) => {
    void fair.enter(actor, weight, signal).then((end) => {
      if (!end) return refused.push(name)
      begun.push(name)
      return ends.set(name, end)
    })
  }
  const settle = () => new Promise(setImmediate)
  const end = async (name: string) => {
    ends.get(name)?.()
    await settle()
  }
  return { begun, refused, enter, end, settle }
}

describe('a line in which everybody has a turn', () => {
  it('lets each actor and all have so much under way, and the next in as one ends', async () => {
    const { begun, enter, end, settle } = watch()
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) enter(name, name[0] ?? '')
    await settle()
    expect(begun).toEqual(['a1', 'a2', 'b1'])
    await end('b1')
    expect(begun).toEqual(['a1', 'a2', 'b1', 'b2'])
    await end('a1')
    expect(begun.at(-1)).toBe('a3')
  })

  it("calls an actor's one before another's many", async () => {
    const { begun, enter, end, settle } = watch(createFairLine({ own: 1, all: 1, waiting: { own: 10, all: 20 } }))
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1']) enter(name, name[0] ?? '')
    await settle()
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3']) await end(name)
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'a4'])
  })

  it('takes what is heavier than it may ever be, alone', async () => {
    const { begun, enter, end, settle } = watch()
    enter('big', 'a', 50)
    enter('b1', 'b')
    await settle()
    expect(begun).toEqual(['big'])
    await end('big')
    expect(begun).toEqual(['big', 'b1'])
  })

  it('refuses who would be one too many to wait, and gives the place of one who went away to the next', async () => {
    const { begun, refused, enter, end, settle } = watch(line({ own: 1, all: 2 }))
    const patience = new AbortController()
    enter('a1', 'a', 2)
    enter('a2', 'a', 2, patience.signal)
    enter('a3', 'a')
    await settle()
    expect([begun, refused]).toEqual([['a1'], ['a3']])
    patience.abort()
    await settle()
    expect(refused).toEqual(['a3', 'a2'])
    enter('a4', 'a')
    await end('a1')
    expect(begun).toEqual(['a1', 'a4'])
  })

  it('counts the end of one turn once', async () => {
    const { begun, enter, end, settle } = watch()
    enter('a1', 'a', 2)
    await settle()
    await end('a1')
    await end('a1')
    enter('a2', 'a', 2)
    enter('a3', 'a', 1)
    await settle()
    expect(begun).toEqual(['a1', 'a2'])
  })
})
