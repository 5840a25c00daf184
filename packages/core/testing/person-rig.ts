import { expect } from 'vitest'
import type { LaneRig } from './lane-rig.ts'

/** The person who is erased. */
export const ANN = 'Ann@Example.com'

/** What a test does with a person on the rosters gold, silver and bronze. `get`: the rig, which is started before each test. */
export function personRig(get: () => LaneRig) {
  const join = (roster: string, member: string, email: string | null = ANN) =>
    get().join(member, {
      id: `${roster}-${member}-${Math.random()}`,
      source: '/crm',
      roster,
      email,
      firstName: 'Ann',
      lastName: 'Lee',
    })
  const everywhere = () =>
    get()
      .emulator.testers()
      .filter(({ groups }) => groups.length > 0)
  const settled = () =>
    get().until(async () => {
      for (const [roster, lane] of [
        ['gold', 'acme'],
        ['silver', 'acme'],
        ['bronze', 'other'],
      ] as const) {
        const statuses = Object.values(await get().statuses(roster, lane))
        expect(statuses.every((status) => status === 'invited')).toBe(true)
      }
    })
  /** Every key and value of the store that holds one of the words, whatever its kind. */
  const tracesOf = async (words: string[]) => {
    const found: string[] = []
    for (const key of await get().redis.keys('*')) {
      const text = JSON.stringify([key, await dump(key)]).toLowerCase()
      if (words.some((word) => text.includes(word.toLowerCase()))) found.push(key)
    }
    return found
  }
  const dump = async (key: string): Promise<unknown> => {
    const { redis } = get()
    switch (await redis.type(key)) {
      case 'hash':
        return redis.hgetall(key)
      case 'zset':
        return redis.zrange(key, '0', '-1')
      case 'set':
        return redis.smembers(key)
      case 'list':
        return redis.lrange(key, 0, -1)
      case 'stream':
        return redis.xrange(key, '-', '+')
      default:
        return redis.get(key)
    }
  }
  /** Addresses whose testers' ids are kept for a lane, whatever they are kept as. */
  const testersOf = async (lane: string) => {
    const keys = (await get().redis.keys('*')).filter((key) => key.includes(`{${lane}}:testers`))
    return (await Promise.all(keys.map((key) => get().redis.hkeys(key)))).flat().length
  }
  return { join, everywhere, settled, tracesOf, testersOf }
}
