import { TIMELINE_KEPT } from '../../domain/timeline.ts'
import type { Redis } from 'ioredis'
import type { RecordedChange, MemberChange } from '../../domain/change.ts'
import { MEMBER_STATUSES } from '../../domain/member.ts'
import { number, oneOf, read, text, texts as textList, tuple } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { formatTail, parseDesired } from '../member/desired.ts'
import { globalKeys, laneKeys, readyShard } from '../keys.ts'
import { ACTIVITY_KEPT_MS, ACTIVITY_LINES, formatLine, type ActivityAddition } from '../roster/activity.ts'

const script = defineScript(
  import.meta.url,
  './record-changes.lua',
  '../member/desired.lua',
  '../member/holders.lua',
  './prepend-line.lua',
  './arrival.lua',
  '../member/marks.lua',
  '../roster/activity-lines.lua',
  './ring.lua',
)

const REMOVED = MEMBER_STATUSES.indexOf('removed')
const PENDING = MEMBER_STATUSES.indexOf('pending')
const WAITING = MEMBER_STATUSES.indexOf('waiting')
const OUTCOMES = { a: 'accepted', d: 'duplicate', s: 'stale', g: 'gone', f: 'future', l: 'full', r: 'again' } as const
const LETTER = oneOf<keyof typeof OUTCOMES>('a', 'd', 's', 'g', 'f', 'l', 'r')
/** Awake (below zero: to be said anew, of that time), now, a letter for each change, their versions, and the new lines of activity. */
const RECORDED = tuple<[number, string, string, string, string[]]>(number, text, text, text, textList)
const OUTBOX_OF_PRIORITY = { now: 3, interactive: 4, bulk: 5 } as const

/** Changes of one team key that are recorded in one step. */
export interface RecordOptions {
  teamKey: string
  changes: MemberChange[]
  dedupMs: number
  /** True: rosters that are being deleted take the changes too. */
  intoClosing?: boolean | undefined
  /** Members that a roster may have: who would be one more is not recorded. Absent: as many as come. */
  limit?: number | undefined
  /** True: the lane is rung in the same step, which needs a store whose keys lie together. */
  rings?: boolean
  /** True: records are written in their short form. */
  packed?: boolean
  /** A test may pass a time (ms); Redis's own clock otherwise. */
  now?: number | undefined
}

/** What was recorded, and what the caller has to do now. */
export interface RecordResult {
  /** True where a worker visits the lane, which finds the changes by itself, or where the lane was rung: nobody need be woken. */
  awake: boolean
  /** Redis's clock at the step, ms. */
  now: number
  /** In the order given. */
  changes: RecordedChange[]
  /** Lines that the rosters' activity has now. */
  told: Omit<ActivityAddition, 'id'>[]
}

/** A change whose text says all (a leave names the member only), and the version of the member that it was made from; undefined: any will do. */
interface WholeChange extends MemberChange {
  base?: number | undefined
}

/**
 * Records changes, each in one atomic step. All belong to rosters of one team key; at most 1,000 at once. What a change leaves
 * out is taken from the member as it is; where somebody else changed that one meanwhile, it is taken anew.
 */
export async function recordChanges(redis: Redis, options: RecordOptions): Promise<RecordResult> {
  const { changes } = options
  const outcomes: RecordedChange[] = []
  const told: RecordResult['told'] = []
  let open = changes.map((change, at) => ({ change, at }))
  for (;;) {
    const whole = await fillIn(
      redis,
      options.teamKey,
      open.map(({ change }) => change),
    )
    const result = await recordWhole(redis, options, whole)
    told.push(...result.told)
    const again: typeof open = []
    for (const [index, place] of open.entries()) {
      const recorded = result.changes[index]
      if (recorded?.outcome === 'again' && place.change.onVersion !== undefined)
        outcomes[place.at] = { outcome: 'changed', version: 0 }
      else if (recorded === undefined || recorded.outcome === 'again') again.push(place)
      else outcomes[place.at] = { outcome: recorded.outcome, version: recorded.version }
    }
    open = again
    if (open.length === 0) return { ...result, changes: outcomes, told }
  }
}

interface KnownMember {
  version: number
  time: number
  email: string | null
  firstName: string | null
  lastName: string | null
}

const UNKNOWN: KnownMember = { version: 0, time: -Infinity, email: null, firstName: null, lastName: null }

/** Reads the members of whom a change leaves something out; a batch may hold several changes of one, each on top of the former. */
async function fillIn(
  redis: Redis,
  teamKey: string,
  changes: readonly MemberChange[],
): Promise<readonly WholeChange[]> {
  const known = await readKnown(redis, teamKey, changes.filter(isPartial))
  if (known.size === 0) return changes
  return changes.map((change): WholeChange => {
    const key = `${change.roster}\0${change.member}`
    const before = known.get(key)
    const whole = {
      ...change,
      email: change.email === undefined ? (before?.email ?? change.emailIfNone ?? null) : change.email,
      firstName: change.firstName === undefined ? (before?.firstName ?? null) : change.firstName,
      lastName: change.lastName === undefined ? (before?.lastName ?? null) : change.lastName,
      base: isPartial(change) ? (before?.version ?? 0) : undefined,
    }
    // As it will be where this change counts; where it does not, the step says so and the rest is filled in again.
    if (before && (change.time ?? Infinity) >= before.time) {
      const { email, firstName, lastName } = change.kind === 'leave' && before.version > 0 ? before : whole
      known.set(key, { version: before.version + 1, time: change.time ?? before.time, email, firstName, lastName })
    }
    return whole
  })
}

/** Of a leave, what is known of the member stays. */
const isPartial = ({ kind, email, firstName, lastName }: MemberChange) =>
  kind !== 'leave' && (email === undefined || firstName === undefined || lastName === undefined)

async function readKnown(
  redis: Redis,
  teamKey: string,
  changes: readonly MemberChange[],
): Promise<Map<string, KnownMember>> {
  const known = new Map<string, KnownMember>()
  const rosters = new Map<string, Set<string>>()
  for (const { roster, member } of changes) rosters.set(roster, (rosters.get(roster) ?? new Set()).add(member))
  await Promise.all(
    [...rosters].map(async ([roster, members]) => {
      const ids = [...members]
      const found = await redis.hmget(laneKeys(teamKey).roster(roster).desired, ...ids)
      ids.forEach((id, at) => {
        const text = found[at]
        known.set(`${roster}\0${id}`, text ? parseDesired(text) : UNKNOWN)
      })
    }),
  )
  return known
}

/** The atomic step of intake. `today`: about now (ms). */
async function recordWhole(
  redis: Redis,
  options: RecordOptions,
  changes: readonly WholeChange[],
  today = options.now ?? Date.now(),
): Promise<
  Omit<RecordResult, 'changes'> & {
    changes: { outcome: Exclude<RecordedChange['outcome'], 'changed'> | 'again'; version: number }[]
  }
> {
  const { teamKey, dedupMs } = options
  const keys = laneKeys(teamKey)
  const rosterIds = [...new Set(changes.map((change) => change.roster))]
  const numberOf = new Map(rosterIds.map((id, at) => [id, at + 1]))
  const period = Math.floor(today / dedupMs)

  const keyList = [
    keys.lease,
    keys.rosters,
    keys.outboxNow,
    keys.outboxInteractive,
    keys.outboxBulk,
    keys.marks(period),
    keys.marks(period - 1),
    keys.revisions,
    keys.closing,
    keys.born,
  ]
  for (const id of rosterIds) {
    const roster = keys.roster(id)
    keyList.push(roster.desired, roster.status, roster.index, roster.unindexed, roster.timeline, roster.activity)
  }
  keyList.push(keys.marks(period + 1), keys.marks(period - 2))
  keyList.push(...[period, period - 1, period + 1, period - 2].map(keys.seen))
  keyList.push(keys.facts)
  const ready = readyShard(teamKey)
  if (options.rings) keyList.push(globalKeys.ready(ready), globalKeys.held(ready))
  const packed: (string | number | false | undefined)[] = []
  const texts: string[] = []
  for (const change of changes) {
    packed.push(
      numberOf.get(change.roster),
      change.member,
      change.time ?? false,
      change.kind,
      OUTBOX_OF_PRIORITY[change.priority],
      change.digest ?? false,
      change.email === null && change.kind !== 'leave' ? WAITING : PENDING,
      change.onVersion ?? change.base ?? false,
      change.formerDigest ?? false,
      change.born ?? false,
    )
    const { asker, member, timelineEntry: entry } = change
    const line = asker === undefined ? '' : formatLine({ member, entry, asker })
    const { email = null, firstName = null, lastName = null } = change
    texts.push(formatTail(member, { email, firstName, lastName }, options.packed === true), entry, line)
  }
  const intoClosing = options.intoClosing === true ? 1 : 0
  const flags = [intoClosing, options.limit ?? 0, REMOVED, ACTIVITY_LINES, ACTIVITY_KEPT_MS]
  const head = [options.now ?? '', `${dedupMs}:${period}`, TIMELINE_KEPT, ...flags, rosterIds.length, ...rosterIds]
  const bell = options.rings ? [teamKey, globalKeys.doorbell] : ['', '']
  const facts = changes.flatMap(({ fact }, at) => (fact ? [at + 1, JSON.stringify(fact)] : []))
  const args = [...head, JSON.stringify(packed), ...texts, ...bell, ...facts]
  const answer = await script.run(redis, keyList, args)
  const [awake, now, outcomes, versions, told] = read(RECORDED, answer, 'An answer of record-changes.lua')
  if (awake < 0) return recordWhole(redis, options, changes, Number(now))
  const versionList = versions.split(',')
  return {
    awake: awake === 1,
    now: Number(now),
    changes: changes.map((_, at) => ({
      outcome: OUTCOMES[read(LETTER, outcomes[at], 'An outcome of record-changes.lua')],
      version: Number(versionList[at]),
    })),
    told: Array.from({ length: told.length / 3 }, (_, at) => {
      const [roster = '', first = '', last = ''] = told.slice(3 * at, 3 * at + 3)
      return { roster: rosterIds[Number(roster) - 1] ?? '', first, last }
    }),
  }
}
