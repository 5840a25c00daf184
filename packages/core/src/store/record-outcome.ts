import type { Redis } from 'ioredis'
import type { Fact } from '../domain/fact.ts'
import { MEMBER_STATUSES, type MemberStatus, type Observed } from '../domain/member.ts'
import { formatEntry, type TimelineEntry } from '../domain/timeline.ts'
import { defineScript } from './define-script.ts'
import type { LaneKeys } from './keys.ts'
import { formatObserved } from './observed.ts'
import { TIMELINE_KEPT } from './record-changes.ts'

const outcomeScript = defineScript(import.meta.url, './record-outcome.lua', './prepend-line.lua')

export interface Outcome {
  roster: string
  appId: string
  member: string
  ref: string
  /** The job whose turn it was, where one was. */
  jobId?: string
  /** The desired version it is about. */
  version: number
  observed: Observed
  status: MemberStatus
  entry: TimelineEntry | null
  /** What upstream is told, recorded in the same step. */
  fact: Fact | null
  /** done: nothing left; later: the job comes again; parked: waits for its roster; failed: waits for a person. */
  ending: 'done' | 'later' | 'parked' | 'failed'
  /** Address (lower-cased) → tester id, null where Apple has none any more. */
  testerIds: Map<string, string | null>
}

export type OutcomeAnswer = 'recorded' | 'newer' | 'lost'

export async function recordOutcome(
  redis: Redis,
  keys: LaneKeys,
  token: string,
  outcome: Outcome,
): Promise<OutcomeAnswer> {
  const roster = keys.roster(outcome.roster)
  const answer = await outcomeScript.run(
    redis,
    [
      keys.lease,
      keys.work,
      roster.desired,
      roster.observed,
      roster.status,
      roster.timeline,
      keys.testers(outcome.appId),
      roster.parked,
      keys.facts,
    ],
    [
      token,
      outcome.member,
      outcome.ref,
      outcome.version,
      formatObserved(outcome.observed),
      MEMBER_STATUSES.indexOf(outcome.status),
      outcome.entry ? formatEntry(outcome.entry) : '',
      TIMELINE_KEPT,
      outcome.ending === 'failed' ? `failed:${outcome.jobId ?? ''}` : outcome.ending,
      outcome.fact ? JSON.stringify(outcome.fact) : '',
      ...[...outcome.testerIds].flatMap(([address, id]) => [address, id ?? '']),
    ],
  )
  return answer as OutcomeAnswer
}
