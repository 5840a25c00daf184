import type { Redis } from 'ioredis'
import type { Roster } from '../../domain/roster.ts'
import { list, number, read } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const namingScript = defineScript(import.meta.url, './rosters-naming.lua', './holders.lua')

/** A step asks for so many: less than a millisecond of the store's time. */
const AT_ONCE = 200
/** Lanes asked at a time: the questions of a thousand, made in one go, would hold up whoever else this process serves. */
const LANES_AT_ONCE = 50

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
  const askLane = async ([teamKey, own]: [string, T[]]): Promise<T[]> => {
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
  }
  const all = [...lanes]
  const found: T[] = []
  for (let from = 0; from < all.length; from += LANES_AT_ONCE) {
    const named = await Promise.all(all.slice(from, from + LANES_AT_ONCE).map(askLane))
    found.push(...named.flat())
  }
  return found
}
