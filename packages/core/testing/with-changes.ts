import { beforeEach } from 'vitest'
import type { MemberChange } from '../src/domain/change.ts'
import { eventDigest } from '../src/secrets/index.ts'
import { laneKeys } from '../src/store/keys.ts'
import { recordChanges } from '../src/store/lane/record-changes.ts'
import { createMembers } from '../src/store/member/members.ts'
import { memberChange } from './member-change.ts'
import { withRedis } from './with-redis.ts'

export const NOW = Date.parse('2026-11-24T10:00:00Z')
export const DAY = 86_400_000

/** A Redis for one test file with the roster `gold` in the lane `acme`, and what records changes there. Only under vitest. */
export async function withChanges() {
  const { redis, connect } = await withRedis()
  const keys = laneKeys('acme')
  beforeEach(async () => {
    await redis.sadd(keys.rosters, 'gold')
  })
  const record = (changes: MemberChange[], now: number | undefined = NOW) =>
    recordChanges(redis, { teamKey: 'acme', changes, dedupMs: 7 * DAY, now, packed: true })
  return {
    redis,
    connect,
    keys,
    /** Somebody joins. */
    change: (member: string, overrides?: Partial<MemberChange>) => memberChange(member, NOW, overrides),
    /** The dedup mark of an event of this name. */
    mark: (name: string | number) => eventDigest('gold', '/members', String(name)),
    record,
    outcomes: async (changes: MemberChange[], now?: number) =>
      (await record(changes, now)).changes.map(({ outcome }) => outcome),
    members: () => createMembers(redis, 'acme', 'gold'),
  }
}
