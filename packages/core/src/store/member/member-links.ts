import type { Redis } from 'ioredis'
import { nullable, read, text } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const linkScript = defineScript(import.meta.url, './member-link.lua')
const WHAT = 'An answer of member-link.lua'

/** What makes the links to a member's own page good: a mark that every link of the member carries. */
export interface MemberLinks {
  find(member: string): Promise<string | null>
  /** The mark there is, or this one; null of who is not a member here any more. */
  findOrSet(member: string, mark: string): Promise<string | null>
  /** Makes every link of these members void, for good: the next one carries another mark. */
  void(members: readonly string[]): Promise<void>
}

/** Links to a member's own page that are still good, by member of one roster. */
export function createMemberLinks(redis: Redis, teamKey: string, rosterId: string): MemberLinks {
  const lane = laneKeys(teamKey)
  const { links: key, desired } = lane.roster(rosterId)
  return {
    find: (member) => redis.hget(key, member),
    findOrSet: async (member, mark) =>
      read(nullable(text), await linkScript.run(redis, [lane.rosters, desired, key], [rosterId, member, mark]), WHAT),
    async void(members) {
      if (members.length > 0) await redis.hdel(key, ...members)
    },
  }
}
