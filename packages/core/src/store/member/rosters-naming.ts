import type { Redis } from 'ioredis'
import type { Roster } from '../../domain/roster.ts'
import { list, number, read } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const namingScript = defineScript(import.meta.url, './rosters-naming.lua', './holders.lua')

/** A step asks for so many: less than a millisecond of the store's time. */
const AT_ONCE = 200

/**
 * Those of the rosters that may name an address (lower-cased), with one question for a whole lane: asking each of thousands, of which
 * one or two have the person, costs the store more than the answer.
 */
export async function findRostersNaming<T extends Pick<Roster, 'id' | 'teamKey'>>(
  redis: Redis,
  rosters: readonly T[],
  address: string,
): Promise<T[]> {
  const lanes = new Map<string, T[]>()
  for (const roster of rosters) {
    const own = lanes.get(roster.teamKey)
    if (own) own.push(roster)
    else lanes.set(roster.teamKey, [roster])
  }
  const found = await Promise.all(
    [...lanes].map(async ([teamKey, own]) => {
      const named: T[] = []
      for (let from = 0; from < own.length; from += AT_ONCE) {
        const part = own.slice(from, from + AT_ONCE)
        const keys = part.flatMap(({ id }) => {
          const { index, unindexed } = laneKeys(teamKey).roster(id)
          return [index, unindexed]
        })
        const answer = await namingScript.run(redis, keys, [address])
        const numbers = read(list(number), answer, 'An answer of rosters-naming.lua')
        named.push(...numbers.flatMap((number) => part[number] ?? []))
      }
      return named
    }),
  )
  return found.flat()
}
