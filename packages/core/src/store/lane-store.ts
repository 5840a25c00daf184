import type { Redis } from 'ioredis'
import type { Fact } from '../domain/fact.ts'
import { MEMBER_STATUSES, type MemberStatus, type Observed } from '../domain/member.ts'
import type { Problem, TeamKeyStatus } from '../domain/roster.ts'
import { formatEntry, type TimelineEntry } from '../domain/timeline.ts'
import { defineScript } from './define-script.ts'
import { laneKeys } from './keys.ts'
import { formatObserved } from './observed.ts'
import { TIMELINE_KEPT } from './record-changes.ts'

const peekScript = defineScript(import.meta.url, './peek-outbox.lua')
const openWorkScript = defineScript(import.meta.url, './open-work.lua')
const openScript = defineScript(import.meta.url, './open-visit.lua')
const renewScript = defineScript(import.meta.url, './renew-lease.lua')
const closeScript = defineScript(import.meta.url, './close-visit.lua')
const outcomeScript = defineScript(import.meta.url, './record-outcome.lua', './prepend-line.lua')
const writingScript = defineScript(import.meta.url, './mark-writing.lua')
const requestScript = defineScript(import.meta.url, './request-work.lua', './prepend-line.lua')

/** Something left to do for a member. `fresh`: read Apple first; `invite`: send Apple's invitation; `failed`: parked for a person. */
export interface Work {
  roster: string
  member: string
  fresh: boolean
  invite: boolean
  failed: boolean
}

/** Facts about a lane that outlive a visit. */
export interface LaneFacts {
  blocked: Problem | null
  /** 401 answers in a row on fresh tokens, since when. */
  suspicion: { count: number; since: number } | null
  /** Testers in one relationship call that Apple accepted last. */
  chunk: number
  /** Calls at once. */
  parallel: number
  /** Visits in a row that found Apple out of order. */
  outage: number
  /** What was last found out about the key. */
  status: TeamKeyStatus
  /** What the status is about, for people. */
  problem: Problem | null
}

export type OpenedVisit =
  | {
      kind: 'opened'
      fence: number
      workCount: number
      recorded: number
      now: number
      facts: LaneFacts
      /** The visit before did not say that it left no job in hand: it may have died. */
      isUnclean: boolean
    }
  | { kind: 'busy'; leftMs: number }
  | { kind: 'paused' }

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

export type OutboxClass = 'now' | 'interactive' | 'bulk'

export interface OutboxEntry {
  roster: string
  member: string
  from: OutboxClass
}

/** What a visit reads and writes of its lane. Every write proves the lease. */
export interface LaneStore {
  open(token: string, leaseMs: number): Promise<OpenedVisit>
  /** False when the lease is lost. */
  renew(token: string, leaseMs: number): Promise<boolean>
  /** How many changes were recorded and not queued; null when the lease was lost. `isClean`: no job is left in anybody's hand. */
  close(token: string, isClean: boolean): Promise<number | null>
  /** The oldest recorded changes, those asked for now first, bulk last; null while the lane is paused. */
  peekOutbox(limit: number): Promise<OutboxEntry[] | null>
  dropFromOutbox(entries: OutboxEntry[]): Promise<void>
  readWork(refs: string[]): Promise<(Work | null)[]>
  testerIds(appId: string, addresses: string[]): Promise<Map<string, string>>
  /** False when the lease is lost: then nothing may be written at Apple. */
  markWriting(
    token: string,
    now: number,
    marks: { roster: string; member: string; observed: Observed }[],
  ): Promise<boolean>
  recordOutcome(token: string, outcome: Outcome): Promise<'recorded' | 'newer' | 'lost'>
  /** A page of everything with something left to do; `cursor` '0' begins and ends. */
  scanWork(cursor: string): Promise<{ cursor: string; refs: { ref: string; work: Work }[] }>
  /** Notes whose job a ref is, before the job is made; marks of requests stay. Returns the failed jobs that it takes the place of. */
  openWork(items: { ref: string; roster: string; member: string }[]): Promise<string[]>
  /** Records anew what has lost its job. */
  recordAgain(items: { roster: string; member: string }[], now: number, as?: OutboxClass): Promise<void>
  /** Forgets work whose member or roster is gone. */
  dropWork(refs: string[]): Promise<void>
  setFacts(facts: Partial<LaneFacts>): Promise<void>
  /** Work of a roster that was parked is recorded anew. */
  unpark(rosterId: string, now: number): Promise<number>
  requestWork(request: WorkRequest): Promise<{ found: boolean; leased: boolean }>
}

export interface WorkRequest {
  now: number
  roster: string
  member: string
  ref: string
  flag: 'fresh' | 'invite'
  entry: TimelineEntry
  priority: OutboxClass
}

const OUTBOX_ORDER: OutboxClass[] = ['now', 'interactive', 'bulk']
const INITIAL_CHUNK = 50
const INITIAL_PARALLEL = 4

export function createLaneStore(redis: Redis, teamKey: string): LaneStore {
  const keys = laneKeys(teamKey)
  const outboxKey: Record<OutboxClass, string> = {
    now: keys.outboxNow,
    interactive: keys.outboxInteractive,
    bulk: keys.outboxBulk,
  }
  const outboxes = OUTBOX_ORDER.map((name) => outboxKey[name])
  return {
    async open(token, leaseMs) {
      const answer = await openScript.run(redis, [keys.lease, keys.lane, keys.work, ...outboxes], [token, leaseMs, ''])
      return parseOpened(answer as (string | number)[])
    },
    async renew(token, leaseMs) {
      return (await renewScript.run(redis, [keys.lease], [token, leaseMs])) === 1
    },
    async close(token, isClean) {
      const answer = await closeScript.run(redis, [keys.lease, keys.lane, ...outboxes], [token, isClean ? 1 : 0])
      const recorded = answer as number
      return recorded < 0 ? null : recorded
    },
    async peekOutbox(limit) {
      const peeked = (await peekScript.run(redis, [keys.lane, ...outboxes], [limit])) as 'paused' | string[][]
      if (peeked === 'paused') return null
      const entries = peeked.flatMap((words, at) =>
        words.map((word) => parseOutboxWord(word, OUTBOX_ORDER[at] ?? 'bulk')),
      )
      return entries.slice(0, limit)
    },
    async dropFromOutbox(entries) {
      await Promise.all(
        OUTBOX_ORDER.map(async (name) => {
          const words = entries.filter((entry) => entry.from === name).map(toOutboxWord)
          if (words.length > 0) await redis.zrem(outboxKey[name], ...words)
        }),
      )
    },
    async readWork(refs) {
      if (refs.length === 0) return []
      const found = await redis.hmget(keys.work, ...refs)
      return found.map((json) => (json ? parseWork(json) : null))
    },
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
      const observed = marks.map((mark) => keys.roster(mark.roster).observed)
      const args = marks.flatMap((mark) => [mark.roster, mark.member, formatObserved(mark.observed)])
      return (await writingScript.run(redis, [keys.lease, keys.wroteAt, ...observed], [token, now, ...args])) === 1
    },
    recordOutcome: (token, outcome) => recordOutcome(redis, teamKey, token, outcome),
    async scanWork(cursor) {
      const [next, flat] = await redis.hscan(keys.work, cursor, 'COUNT', 500)
      const refs = []
      for (let at = 0; at + 1 < flat.length; at += 2) {
        refs.push({ ref: String(flat[at]), work: parseWork(String(flat[at + 1])) })
      }
      return { cursor: next, refs }
    },
    async openWork(items) {
      if (items.length === 0) return []
      const words = items.flatMap(({ ref, roster, member }) => [ref, JSON.stringify({ r: roster, m: member })])
      return (await openWorkScript.run(redis, [keys.work], words)) as string[]
    },
    recordAgain: (items, now, as = 'interactive') => addToOutbox(redis, outboxKey[as], items, now),
    async dropWork(refs) {
      if (refs.length > 0) await redis.hdel(keys.work, ...refs)
    },
    setFacts: (facts) => setFacts(redis, keys.lane, facts),
    async unpark(rosterId, now) {
      const parked = await redis.smembers(keys.roster(rosterId).parked)
      if (parked.length === 0) return 0
      // Recorded first, forgotten second: a death in between costs a second look, never a change.
      await addToOutbox(
        redis,
        keys.outboxInteractive,
        parked.map((member) => ({ roster: rosterId, member })),
        now,
      )
      await redis.srem(keys.roster(rosterId).parked, ...parked)
      return parked.length
    },
    async requestWork(request) {
      const roster = keys.roster(request.roster)
      const [found, leased] = (await requestScript.run(
        redis,
        [keys.lease, keys.rosters, keys.work, outboxKey[request.priority], roster.desired, roster.timeline],
        [
          request.now,
          request.roster,
          request.member,
          request.ref,
          request.flag,
          formatEntry(request.entry),
          TIMELINE_KEPT,
        ],
      )) as [number, number]
      return { found: found === 1, leased: leased === 1 }
    },
  }
}

async function recordOutcome(
  redis: Redis,
  teamKey: string,
  token: string,
  outcome: Outcome,
): Promise<'recorded' | 'newer' | 'lost'> {
  const keys = laneKeys(teamKey)
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
  return answer as 'recorded' | 'newer' | 'lost'
}

async function addToOutbox(
  redis: Redis,
  key: string,
  items: { roster: string; member: string }[],
  now: number,
): Promise<void> {
  const words = items.flatMap(({ roster, member }) => [now, toOutboxWord({ roster, member })])
  if (words.length > 0) await redis.zadd(key, 'NX', ...words)
}

function toOutboxWord({ roster, member }: { roster: string; member: string }): string {
  return `${roster}\0${member}`
}

function parseOutboxWord(word: string, from: OutboxClass): OutboxEntry {
  const end = word.indexOf('\0')
  return { roster: word.slice(0, end), member: word.slice(end + 1), from }
}

function parseOpened(answer: (string | number)[]): OpenedVisit {
  const [kind, ...rest] = answer
  if (kind === 'busy') return { kind, leftMs: Number(rest[0]) }
  if (kind === 'paused') return { kind }
  const [fence, workCount, recorded, now, ...flat] = rest
  const hash = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) hash.set(String(flat[at]), String(flat[at + 1]))
  return {
    kind: 'opened',
    fence: Number(fence),
    workCount: Number(workCount),
    recorded: Number(recorded),
    now: Number(now),
    facts: parseFacts(hash),
    isUnclean: hash.has('visiting'),
  }
}

export function parseFacts(hash: ReadonlyMap<string, string>): LaneFacts {
  const json = <T>(name: string): T | null => {
    const text = hash.get(name)
    return text ? (JSON.parse(text) as T) : null
  }
  return {
    blocked: json<Problem>('blocked'),
    suspicion: json<{ count: number; since: number }>('suspicion'),
    chunk: Number(hash.get('chunk') ?? INITIAL_CHUNK),
    parallel: Number(hash.get('parallel') ?? INITIAL_PARALLEL),
    outage: Number(hash.get('outage') ?? 0),
    status: (hash.get('status') || 'unchecked') as TeamKeyStatus,
    problem: json<Problem>('problem'),
  }
}

async function setFacts(redis: Redis, key: string, facts: Partial<LaneFacts>): Promise<void> {
  const fields = Object.entries(facts).flatMap(([name, value]) => [
    name,
    value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
  if (fields.length > 0) await redis.hset(key, ...fields)
}

interface StoredWork {
  r: string
  m: string
  fresh?: 1
  invite?: 1
  /** Id of the job that lies failed. */
  failed?: string
}

function parseWork(json: string): Work {
  const work = JSON.parse(json) as StoredWork
  return {
    roster: work.r,
    member: work.m,
    fresh: work.fresh === 1,
    invite: work.invite === 1,
    failed: work.failed !== undefined,
  }
}
