import type { Redis } from 'ioredis'
import type { Observed } from '../domain/member.ts'
import { defineScript } from './define-script.ts'
import { laneKeys } from './keys.ts'
import { createLaneOutbox, type LaneOutbox } from './lane-outbox.ts'
import { createLaneVisits, type LaneVisits } from './lane-visits.ts'
import { createLaneWork, type LaneWork } from './lane-work.ts'
import { formatObserved } from './observed.ts'
import { recordOutcome, type Outcome, type OutcomeAnswer } from './record-outcome.ts'

const writingScript = defineScript(import.meta.url, './mark-writing.lua')

/** What a visit reads and writes of its lane. Every write proves the lease. */
export interface LaneStore extends LaneVisits, LaneOutbox, LaneWork {
  testerIds(appId: string, addresses: string[]): Promise<Map<string, string>>
  /** False when the lease is lost: then nothing may be written at Apple. */
  markWriting(
    token: string,
    now: number,
    marks: { roster: string; member: string; observed: Observed }[],
  ): Promise<boolean>
  recordOutcome(token: string, outcome: Outcome): Promise<OutcomeAnswer>
}

export function createLaneStore(redis: Redis, teamKey: string): LaneStore {
  const keys = laneKeys(teamKey)
  return {
    ...createLaneVisits(redis, keys),
    ...createLaneOutbox(redis, keys),
    ...createLaneWork(redis, keys),
    async testerIds(appId, addresses) {
      if (addresses.length === 0) return new Map()
      const found = await redis.hmget(keys.testers(appId), ...addresses)
      const ids = new Map<string, string>()
      addresses.forEach((address, at) => {
        const id = found[at]
        if (id) ids.set(address, id)
      })
      return ids
    },
    async markWriting(token, now, marks) {
      const touched = marks.flatMap((mark) => {
        const { observed, reading, readingTouched } = keys.roster(mark.roster)
        return [observed, reading, readingTouched]
      })
      const args = marks.flatMap(({ roster, member, observed }) => [
        roster,
        member,
        formatObserved(observed),
        observed.writing?.email ?? '',
      ])
      return (await writingScript.run(redis, [keys.lease, keys.wroteAt, ...touched], [token, now, ...args])) === 1
    },
    recordOutcome: (token, outcome) => recordOutcome(redis, keys, token, outcome),
  }
}
