import type { Redis } from 'ioredis'
import type { Fact } from '../../domain/fact.ts'
import { MEMBER_STATUSES, type MemberStatus, type Observed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry, type TimelineEntry } from '../../domain/timeline.ts'
import { oneOf, read, texts } from '../../domain/shape.ts'
import { ACTIVITY_KEPT_MS, ACTIVITY_LINES, formatLine, gatherAdditions } from '../roster/activity.ts'
import { defineScript } from '../connection/define-script.ts'
import { forgetFigures } from '../roster/figures.ts'
import { laneKeys } from '../keys.ts'
import { outboxKeys } from './lane-outbox.ts'
import { formatObserved } from '../member/observed.ts'
import { isPacking } from '../connection/packing.ts'
import { TIMELINE_KEPT } from '../../domain/timeline.ts'
import { formatTesterId, testerPlace } from '../member/testers.ts'

const outcomeScript = defineScript(
  import.meta.url,
  './record-outcome.lua',
  './outboxes.lua',
  './prepend-line.lua',
  '../roster/is-here.lua',
  '../member/desired.lua',
  '../roster/activity-lines.lua',
)

/** How the turn of a member ended: recorded in one step with what is told of it. */
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
  /** How long each call of the entry took. */
  callMs?: readonly number[]
  /** What upstream is told, recorded in the same step. */
  fact: Fact | null
  /** done: nothing left; later: the job comes again; parked: waits for its roster; failed: waits for a person. */
  ending: 'done' | 'later' | 'failed' | 'parked' | 'parked-bulk'
  /** Address (lower-cased) → tester id, null where Apple has none any more. */
  testerIds: Map<string, string | null>
}

/** `newer`: another desired state was recorded meanwhile; `gone`: the member, or its roster, is not of this lane any more. */
export type OutcomeAnswer = 'recorded' | 'newer' | 'gone' | 'lost'

const ANSWER = oneOf<OutcomeAnswer>('recorded', 'newer', 'gone', 'lost')

export async function recordOutcome(
  redis: Redis,
  teamKey: string,
  token: string,
  outcome: Outcome,
): Promise<OutcomeAnswer> {
  const { roster, member, ref, version, observed, status, entry, callMs, fact, ending, met, testerIds } = outcome
  const keys = laneKeys(teamKey)
  const line = entry ? formatEntry(entry) : ''
  const of = keys.roster(roster.id)
  const testers = [...testerIds].map(([address, id]) => ({ ...testerPlace(keys, roster.app.id, address), address, id }))
  const reply = await outcomeScript.run(
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
      of.activity,
      ...testers.map(({ key }) => key),
    ],
    [
      token,
      roster.id,
      roster.createdAt,
      member,
      ref,
      version,
      formatObserved(observed, await isPacking(redis)),
      MEMBER_STATUSES.indexOf(status),
      line,
      TIMELINE_KEPT,
      ending,
      fact ? JSON.stringify(fact) : '',
      met.fresh,
      met.invite,
      entry ? formatLine({ member, entry: line, callMs: callMs ?? [], asker: null }) : '',
      ACTIVITY_LINES,
      ACTIVITY_KEPT_MS,
      ...testers.flatMap(({ address, field, id }) => [address, field, id === null ? '' : formatTesterId(id)]),
    ],
  )
  const [word, told] = read(texts, reply, 'An answer of record-outcome.lua')
  const answer = read(ANSWER, word, 'An answer of record-outcome.lua')
  if ((status === 'removed' || status === 'reclaimed') && answer === 'recorded')
    await forgetFigures(redis, teamKey, roster.id, member)
  if (told !== undefined) gatherAdditions(redis).note([{ roster: roster.id, first: told, last: told }])
  return answer
}
