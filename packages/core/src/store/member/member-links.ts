import type { Redis } from 'ioredis'
import { laneKeys } from '../keys.ts'

/** What makes the links to a member's own page good: a mark that every link of the member carries. */
export interface MemberLinks {
  find(member: string): Promise<string | null>
  /** The mark there is, or this one. */
  findOrSet(member: string, mark: string): Promise<string>
  /** Makes every link of these members void, for good: the next one carries another mark. */
  void(members: readonly string[]): Promise<void>
}

/** Links to a member's own page that are still good, by member of one roster. */
export function createMemberLinks(redis: Redis, teamKey: string, rosterId: string): MemberLinks {
  const key = laneKeys(teamKey).roster(rosterId).links
  return {
    find: (member) => redis.hget(key, member),
    async findOrSet(member, mark) {
      if ((await redis.hsetnx(key, member, mark)) === 1) return mark
      return (await redis.hget(key, member)) ?? mark
    },
    async void(members) {
      if (members.length > 0) await redis.hdel(key, ...members)
    },
  }
}
