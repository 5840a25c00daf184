import type { Redis } from 'ioredis'
import type { Fact } from '../domain/fact.ts'
import { MEMBER_STATUSES, type MemberStatus, type Observed } from '../domain/member.ts'
import type { Roster } from '../domain/roster.ts'
import { formatEntry, type TimelineEntry } from '../domain/timeline.ts'
import { defineScript } from './define-script.ts'
import type { LaneKeys } from './keys.ts'
import { outboxKeys } from './lane-outbox.ts'
import { formatObserved } from './observed.ts'
import { TIMELINE_KEPT } from './record-changes.ts'

const outcomeScript = defineScript(import.meta.url, './record-outcome.lua', './prepend-line.lua')

export interface Outcome {
  /** As it was when the turn began: one that was deleted and made again meanwhile is another. */
  roster: Pick<Roster, 'id' | 'createdAt' | 'app'>
  member: string
  ref: string
  /** How many of the requests that were made by hand are met. */
  met: { fresh: number; invite: number }
  /** The desired version it is about. */
  version: number
  observed: Observed
  status: MemberStatus
  entry: TimelineEntry | null
  /** What upstream is told, recorded in the same step. */
  fact: Fact | null
  /** done: nothing left; later: the job comes again; parked: waits for its roster; failed: waits for a person. */
  ending: 'done' | 'later' | 'failed' | 'parked' | 'parked-bulk'
  /** Address (lower-cased) → tester id, null where Apple has none any more. */
  testerIds: Map<string, string | null>
}

/** `newer`: another desired state was recorded meanwhile; `gone`: the member, or its roster, is not of this lane any more. */
export type OutcomeAnswer = 'recorded' | 'newer' | 'gone' | 'lost'

export async function recordOutcome(
  redis: Redis,
  keys: LaneKeys,
  token: string,
  outcome: Outcome,
): Promise<OutcomeAnswer> {
  const { roster, member, ref, version, observed, status, entry, fact, ending, met, testerIds } = outcome
  const of = keys.roster(roster.id)
  const answer = await outcomeScript.run(
    redis,
    [
      keys.lease,
      keys.work,
      of.desired,
      of.observed,
      of.status,
      of.timeline,
      keys.testers(roster.app.id),
      of.parked,
      of.parkedBulk,
      keys.facts,
      keys.rosters,
      keys.born,
      ...outboxKeys(keys),
    ],
    [
      token,
      roster.id,
      roster.createdAt,
      member,
      ref,
      version,
      formatObserved(observed),
      MEMBER_STATUSES.indexOf(status),
      entry ? formatEntry(entry) : '',
      TIMELINE_KEPT,
      ending,
      fact ? JSON.stringify(fact) : '',
      met.fresh,
      met.invite,
      ...[...testerIds].flatMap(([address, id]) => [address, id ?? '']),
    ],
  )
  return answer as OutcomeAnswer
}
