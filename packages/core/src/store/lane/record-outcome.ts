import type { Redis } from 'ioredis'
import type { Fact } from '../../domain/fact.ts'
import { MEMBER_STATUSES, type MemberStatus, type Observed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry, type TimelineEntry } from '../../domain/timeline.ts'
import { list, oneOf, read, texts } from '../../domain/shape.ts'
import { together } from '../../domain/together.ts'
import { ACTIVITY_KEPT_MS, ACTIVITY_LINES, formatLine, gatherAdditions } from '../roster/activity.ts'
import { defineScript, type ScriptArgument } from '../connection/define-script.ts'
import { forgetFigures } from '../roster/figures.ts'
import { laneKeys, type LaneKeys } from '../keys.ts'
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

const ANSWERS = list(texts)
const ANSWER = oneOf<OutcomeAnswer>('recorded', 'newer', 'gone', 'lost')
/** In one step: some ten ms of the store's time at most, in which it serves nobody else. */
const MOST = 50

/** Records how turns ended: those that end while the store records others are recorded together after these. */
export function outcomeRecorder(redis: Redis, teamKey: string) {
  let visit: { token: string; record: (outcome: Outcome) => Promise<OutcomeAnswer> } | null = null
  return (token: string, outcome: Outcome): Promise<OutcomeAnswer> => {
    if (visit?.token !== token)
      visit = { token, record: together(MOST, (outcomes) => recordOutcomes(redis, teamKey, token, outcomes)) }
    return visit.record(outcome)
  }
}

async function recordOutcomes(
  redis: Redis,
  teamKey: string,
  token: string,
  outcomes: readonly Outcome[],
): Promise<(OutcomeAnswer | Error)[]> {
  const lane = laneKeys(teamKey)
  const isPacked = await isPacking(redis)
  const parts = outcomes.map((outcome) => toPart(lane, outcome, isPacked))
  const reply = await outcomeScript.run(
    redis,
    [
      lane.lease,
      lane.work,
      lane.facts,
      lane.rosters,
      lane.born,
      ...outboxKeys(lane),
      ...parts.flatMap(({ keys }) => keys),
    ],
    [token, TIMELINE_KEPT, ACTIVITY_LINES, ACTIVITY_KEPT_MS, ...parts.flatMap(({ words }) => words)],
  )
  const answers = read(ANSWERS, reply, 'An answer of record-outcome.lua')
  return Promise.all(
    outcomes.map(async ({ roster, member, status }, at) => {
      const [word, told] = answers[at] ?? []
      if (word === 'failed') return new Error(`An outcome can't be recorded: ${told}`)
      const answer = read(ANSWER, word, 'An answer of record-outcome.lua')
      if ((status === 'removed' || status === 'reclaimed') && answer === 'recorded')
        await forgetFigures(redis, teamKey, roster.id, member)
      if (told !== undefined) gatherAdditions(redis).note([{ roster: roster.id, first: told, last: told }])
      return answer
    }),
  )
}

function toPart(lane: LaneKeys, outcome: Outcome, isPacked: boolean): { keys: string[]; words: ScriptArgument[] } {
  const { roster, member, ref, version, observed, status, entry, callMs, fact, ending, met, testerIds } = outcome
  const of = lane.roster(roster.id)
  const line = entry ? formatEntry(entry) : ''
  const testers = [...testerIds].map(([address, id]) => ({ ...testerPlace(lane, roster.app.id, address), address, id }))
  return {
    keys: [
      of.desired,
      of.observed,
      of.status,
      of.timeline,
      lane.testers(roster.app.id),
      of.parked,
      of.parkedBulk,
      of.activity,
      ...testers.map(({ key }) => key),
    ],
    words: [
      roster.id,
      roster.createdAt,
      member,
      ref,
      version,
      formatObserved(observed, isPacked),
      MEMBER_STATUSES.indexOf(status),
      line,
      ending,
      fact ? JSON.stringify(fact) : '',
      met.fresh,
      met.invite,
      entry ? formatLine({ member, entry: line, callMs: callMs ?? [], asker: null }) : '',
      testers.length,
      ...testers.flatMap(({ address, field, id }) => [address, field, id === null ? '' : formatTesterId(id)]),
    ],
  }
}
