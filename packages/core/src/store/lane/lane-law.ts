import type { Redis } from 'ioredis'
import { MEMBER_STATUSES } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { defineScript } from '../connection/define-script.ts'
import { queueKeys, type LaneKeys } from '../keys.ts'
import { outboxKeys } from './lane-outbox.ts'

const strandedScript = defineScript(
  import.meta.url,
  './record-stranded.lua',
  './arrival.lua',
  './outboxes.lua',
  '../roster/is-here.lua',
  '../member/desired.lua',
  '../member/observed.lua',
)

/** What proves the law of a lane (docs/architecture.md), and heals what breaks it. */
export interface LaneLaw {
  /** Ids of the jobs that wait without a priority, however many. */
  waitingJobs(): Promise<Set<string>>
  /** Of these members of one roster, those who are not converged and nowhere are recorded again. Returns how many. */
  recordStranded(token: string, roster: Roster, members: { id: string; ref: string }[]): Promise<number>
  /** How far a scan came that was cut short; null: it begins anew. */
  scanPosition(): Promise<{ roster: string; cursor: string } | null>
  keepScanPosition(position: { roster: string; cursor: string } | null): Promise<void>
}

const PAGE = 5_000
const FAILED = MEMBER_STATUSES.indexOf('failed')

export function createLaneLaw(redis: Redis, keys: LaneKeys, teamKey: string): LaneLaw {
  const queue = queueKeys(teamKey)
  return {
    async waitingJobs() {
      const found = new Set<string>()
      for (let from = 0; ; from += PAGE) {
        const page = await redis.lrange(queue.wait, from, from + PAGE - 1)
        for (const id of page) found.add(id)
        if (page.length < PAGE) return found
      }
    },
    async recordStranded(token, roster, members) {
      if (members.length === 0) return 0
      const of = keys.roster(roster.id)
      const { active, wait, prioritized, delayed, completed, failed, jobs } = queue
      const member = [of.desired, of.observed, of.status, of.parked, of.parkedBulk]
      const stopped = roster.paused || roster.blocked !== null ? 1 : 0
      const recorded = await strandedScript.run(
        redis,
        [
          ...member,
          ...outboxKeys(keys),
          of.seatLine,
          active,
          wait,
          prioritized,
          delayed,
          completed,
          failed,
          keys.lease,
          keys.rosters,
          keys.born,
        ],
        [roster.id, stopped, FAILED, jobs, token, roster.createdAt, ...members.flatMap(({ id, ref }) => [id, ref])],
      )
      return Number(recorded)
    },
    async scanPosition() {
      const word = await redis.hget(keys.lane, 'scan')
      if (!word) return null
      const end = word.lastIndexOf('\0')
      return { roster: word.slice(0, end), cursor: word.slice(end + 1) }
    },
    async keepScanPosition(position) {
      if (position === null) await redis.hdel(keys.lane, 'scan')
      else await redis.hset(keys.lane, 'scan', `${position.roster}\0${position.cursor}`)
    },
  }
}
