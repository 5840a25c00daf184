import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { newPerson, type SourcePerson } from '../../domain/source.ts'
import { createSourceMemory } from './sources.ts'

const { redis } = await withRedis()

let revision = 0
const MEMBERSHIP = { memberships: { sub: { plans: [['gold']], at: { time: 1, rank: 0 } } } }

describe('what a source remembers', () => {
  it('is so many people: who is entitled to nothing makes room, the one told of longest ago first, and nobody else does', async () => {
    const memory = createSourceMemory(redis, 'shop', 3)
    const tell = async (id: string, change: Partial<SourcePerson> = {}) =>
      (await memory.amend(id, (known) => ({ ...(known ?? newPerson(id)), ...change, revision: ++revision }))) !==
      undefined
    const known = async () => {
      const found = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => memory.find(id)))
      return found.flatMap((person) => person?.id ?? []).join('')
    }
    expect(await tell('a')).toBe(true)
    expect(await tell('b', MEMBERSHIP)).toBe(true)
    expect(await tell('c')).toBe(true)
    expect(await tell('a')).toBe(true)
    expect(await tell('d')).toBe(true)
    expect(await known()).toBe('abd')
    // Left, and still on a roster for it: whoever tells of the end has to find them.
    expect(await tell('b', { memberships: {}, told: { ...newPerson('b').told, rosters: ['gold'] } })).toBe(true)
    expect(await tell('e', MEMBERSHIP)).toBe(true)
    expect(await tell('f', MEMBERSHIP)).toBe(true)
    expect(await known()).toBe('bef')
    expect(await tell('g')).toBe(false)
    expect(await tell('f', { memberships: {} })).toBe(true)
    expect(await tell('g', MEMBERSHIP)).toBe(true)
    expect(await known()).toBe('beg')
    await memory.forget({ ids: ['b'], address: 'nobody@example.com' })
    expect(await tell('a')).toBe(true)
    await memory.destroy(1)
    expect(await redis.keys('*')).toEqual([])
  })
})

it('a memory is that of the newest source of its id; one of an earlier release is kept by the source that is used', async () => {
  const memory = createSourceMemory(redis, 'shop')
  const tell = () => memory.amend('a', (known) => known ?? newPerson('a'))
  const knows = async () => (await memory.find('a')) !== undefined
  await tell()
  expect([await memory.use(2), await knows()]).toEqual([true, true])
  expect([await memory.use(1), await memory.use(2)]).toEqual([false, true])
  await memory.destroy(1)
  await memory.begin(2)
  expect(await knows()).toBe(true)
  await memory.begin(3)
  expect(await knows()).toBe(false)
  await tell()
  await memory.destroy(3)
  expect(await redis.keys('*')).toEqual([])
})
