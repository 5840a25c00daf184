import type { Redis } from 'ioredis'
import { emailKey } from '../../domain/email.ts'
import type { Observed, Writing } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'
import { createLaneLaw, type LaneLaw } from './lane-law.ts'
import { createLaneOutbox, type LaneOutbox } from './lane-outbox.ts'
import { createLaneVisits, type LaneVisits } from './lane-visits.ts'
import { createLaneWork, type LaneWork } from './lane-work.ts'
import { formatObserved } from '../member/observed.ts'
import { isPacking } from '../connection/packing.ts'
import { findTesterIds } from '../member/testers.ts'
import { endRemovals, readRemovals, removalField, REMOVALS_KEPT_MS, type RemovedFrom } from './removals.ts'
import { outcomeRecorder, type Outcome, type OutcomeAnswer } from './record-outcome.ts'

const writingScript = defineScript(import.meta.url, './mark-writing.lua', '../roster/is-here.lua')

/** What a visit reads and writes of its lane. Every write proves the lease. */
export interface LaneStore extends LaneVisits, LaneOutbox, LaneWork, LaneLaw {
  testerIds(appId: string, addresses: string[]): Promise<Map<string, string>>
  /** False when the lease is lost: then nothing may be written at Apple. */
  markWriting(
    token: string,
    now: number,
    marks: { roster: Pick<Roster, 'id' | 'createdAt' | 'app'>; member: string; observed: Observed }[],
  ): Promise<boolean>
  /** When each of these removals was sent last (ms); null where none was in the last two minutes. */
  removals(appId: string, removals: readonly RemovedFrom[]): Promise<(number | null)[]>
  endRemovals(appId: string, addresses: string[]): Promise<void>
  recordOutcome(token: string, outcome: Outcome): Promise<OutcomeAnswer>
}

/** What a visit reads and writes in its lane, each as one atomic step. */
export function createLaneStore(redis: Redis, teamKey: string): LaneStore {
  const keys = laneKeys(teamKey)
  return {
    ...createLaneVisits(redis, keys, teamKey),
    ...createLaneOutbox(redis, keys, teamKey),
    ...createLaneWork(redis, keys, teamKey),
    ...createLaneLaw(redis, keys, teamKey),
    testerIds: (appId, addresses) => findTesterIds(redis, { teamKey, appId }, addresses),
    async markWriting(token, now, marks) {
      const touched = marks.flatMap((mark) => {
        const { observed, reading, readingTouched } = keys.roster(mark.roster.id)
        return [observed, reading, readingTouched, keys.removals(mark.roster.app.id)]
      })
      const packed = await isPacking(redis)
      const args = marks.flatMap(({ roster, member, observed }) => [
        roster.id,
        roster.createdAt,
        member,
        formatObserved(observed, packed),
        observed.writing?.email ?? '',
        fieldOf(roster.id, observed.writing),
      ])
      const lane = [keys.lease, keys.wroteAt, keys.rosters, keys.born]
      return (await writingScript.run(redis, [...lane, ...touched], [token, now, REMOVALS_KEPT_MS, ...args])) === 1
    },
    removals: (appId, removals) => readRemovals(redis, keys, appId, removals),
    endRemovals: (appId, addresses) => endRemovals(redis, keys, appId, addresses),
    recordOutcome: outcomeRecorder(redis, teamKey),
  }
}

function fieldOf(roster: string, writing: Writing | null): string {
  if (writing?.kind !== 'remove' && writing?.kind !== 'remove_app') return ''
  return removalField({ address: emailKey(writing.email), roster: writing.kind === 'remove' ? roster : null })
}
