import type { AppleError, AppleSession, CallRecord } from '@flightroster/app-store-connect'
import {
  classify,
  createGroupCalls,
  createTesterCalls,
  parseTesterState,
  unreachable,
  type Call,
  type Caller,
} from '@flightroster/app-store-connect/testing'
import { emailKey } from '../src/domain/email.ts'
import type { AppError } from '../src/errors.ts'
import { NOTHING_OBSERVED, type Desired, type Observed } from '../src/domain/member.ts'
import type { KnownTester } from '../src/domain/step.ts'
import type { Roster } from '../src/domain/roster.ts'
import type { LaneJob } from '../src/queues/index.ts'
import { convergeBatch } from '../src/usecases/converge/converge-batch.ts'
import type { Batch } from '../src/usecases/converge/load-batch.ts'
import type { Turn } from '../src/usecases/converge/turn.ts'
import { createLog } from '../src/log.ts'
import { openEndpoints } from '../src/usecases/visit/endpoints.ts'
import { createSettableClock } from './clock.ts'
import { makeRoster } from './fixtures.ts'

export const NOW = Date.parse('2026-11-24T10:00:00Z')

/** What is asked of Apple in a turn. */
export type Asked =
  | 'look up in app'
  | 'look up in account'
  | 'read group'
  | 'get group'
  | 'create'
  | 'add'
  | 'remove'
  | 'remove from app'
  | 'invite'

export interface Sent {
  asked: Asked
  /** Addresses searched for, or tester ids named. */
  names: string[]
}

/** Apple's answer: a status with a body (an object or a text), or none at all. */
export type Answer = { status: number; body?: unknown } | 'lost' | 'never sent'

export interface TurnMember {
  id?: string
  email?: string
  present?: boolean
  observed?: Partial<Observed>
  joined?: number
  fresh?: boolean
  invite?: boolean
  isLastAttempt?: boolean
  /** Of another roster of the app, with this group. */
  group?: string
}

export interface BatchScript {
  members: TurnMember[]
  roster?: Partial<Roster>
  /** When the address was taken out of the group last. */
  removedAt?: number
  /** Tester ids that are kept, by address. */
  known?: Record<string, string>
  wantedElsewhere?: boolean
  /** The same, and in there. */
  seatedElsewhere?: boolean
  /** Ids that are testers of another app. */
  elsewhere?: string[]
  lack?: 'build_missing' | 'build_not_released' | null
  key?: 'works' | 'stopped'
  /** Settles once no judgement of the key is under way. */
  judged?: () => Promise<void>
  /** Another worker has the lease. */
  isLeaseLost?: boolean
  chunk?: number
  /** Records an outcome. */
  finish?: (turn: Turn) => Promise<void>
  answer: (sent: Sent, nth: number) => Answer
}

export interface BatchOutcome {
  sent: Sent[]
  turns: Turn[]
  /** Failures that were taken for Apple's state, by how many the call was for. */
  troubles: number[]
  stops: AppError[]
  /** How often the key was doubted. */
  doubts: number
  /** How many calls had been sent as each turn ended. */
  finishedAfter: number[]
  /** Members whose writes were noted, together as they were. */
  noted: string[][]
  /** How many go into one relationship call from now on. */
  chunk: { size: number }
}

const MOST_CALLS = 1_000

/** One turn of a batch in memory: planner, merging, listener and Apple's own words, with neither a store nor a server. */
export async function runBatch(script: BatchScript): Promise<BatchOutcome> {
  const clock = createSettableClock(NOW)
  const roster = makeRoster({ group: { id: 'g-1', name: 'Gold' }, ...script.roster })
  const turns = script.members.map((member, at) => makeTurn(rosterOf(roster, member), member, at))
  const sent: Sent[] = []
  const outcome: BatchOutcome = {
    sent,
    turns,
    troubles: [],
    stops: [],
    doubts: 0,
    finishedAfter: [],
    noted: [],
    chunk: { size: script.chunk ?? 50 },
  }
  const endpoints = openEndpoints({}, { clock, log: createLog({ level: 'silent', name: 'test' }), teamKey: 'acme' })
  const sessionFor = (note: (record: CallRecord) => void) => {
    const caller: Caller = {
      baseUrl: new URL('http://apple.test'),
      async call(call) {
        const what = describe(call)
        // A turn that asks for ever fails, instead of going on for ever.
        if (sent.push(what) > MOST_CALLS) throw new Error(`More than ${MOST_CALLS} calls in one turn: ${what.asked}.`)
        const settled = settle(call, script.answer(what, sent.length - 1))
        const record = toRecord(call, settled)
        note(record)
        endpoints.note(record)
        if (!settled.ok) throw settled.error
        return settled.value
      },
    }
    return {
      ...createGroupCalls(caller),
      ...createTesterCalls(caller, (state) => parseTesterState(state) ?? 'unknown'),
    } as AppleSession
  }
  const known = new Map<string, KnownTester>(
    Object.entries(script.known ?? {}).map(([email, id]) => [emailKey(email), { is: 'found', id, state: null }]),
  )
  const batch: Batch = {
    turns,
    obsolete: [],
    moving: [],
    surroundings: {
      wantedHere: () => false,
      comingHere: () => false,
      isSeated: () => script.seatedElsewhere ?? false,
      wantedElsewhere: () => script.wantedElsewhere ?? false,
      twin: () => null,
    },
    removals: { fromApp: () => null, fromGroup: () => script.removedAt ?? null, note: () => {} },
    lacks: new Map([[roster.id, script.lack ?? null]]),
    testers: new Map([[roster.app.id, known]]),
    seats: new Map(),
  }
  let isStopped = false
  let isFull = false
  await convergeBatch(
    {
      lane: {
        async markWriting(_token, _at, marks) {
          outcome.noted.push(marks.map(({ member }) => member))
          return !script.isLeaseLost
        },
      },
      leaseToken: 'lease',
      sessionFor,
      clock,
      parallel: 1,
      chunk: outcome.chunk,
      seats: { mayEnter: () => !isFull, noteFull: () => void (isFull = true) },
      isKnownElsewhere: async (_appId, _key, id) => script.elsewhere?.includes(id) ?? false,
      brakes: {
        ...endpoints,
        goesOn: () => !isStopped,
        stop(error) {
          isStopped = true
          outcome.stops.push(error)
        },
        trouble: (_error, merged) => void outcome.troubles.push(merged),
        async doubt() {
          outcome.doubts++
          return script.key ?? 'works'
        },
        judged: async () => script.judged?.(),
        groupGone: async () => {},
      },
      async finish(turn) {
        await script.finish?.(turn)
        outcome.finishedAfter.push(sent.length)
      },
    },
    batch,
  )
  return outcome
}

const rosterOf = (roster: Roster, { group }: TurnMember): Roster =>
  group === undefined ? roster : { ...roster, id: group, group: { id: group, name: group } }

/** One member of a batch, as it is loaded. */
export function makeTurn(roster: Roster = makeRoster(), member: TurnMember = {}, at = 0): Turn {
  const desired: Desired = {
    v: 1,
    version: 3,
    present: member.present ?? true,
    email: member.email ?? `m${at}@example.com`,
    firstName: null,
    lastName: null,
    time: NOW,
    at: NOW,
    index: [],
    joined: member.joined ?? 1,
  }
  return {
    job: makeJob(`job-${at}`, member.isLastAttempt ?? false),
    roster,
    member: member.id ?? `m${at}`,
    desired,
    observed: { ...NOTHING_OBSERVED, ...member.observed },
    asked: { fresh: member.fresh ? 1 : 0, invite: member.invite ? 1 : 0 },
    fresh: member.fresh ?? false,
    invite: member.invite ?? false,
    learnt: new Map(),
    calls: [],
    callMs: [],
    ending: null,
    before: null,
    unseen: new Set(),
    leavesApp: new Set(),
    notice: null,
    trace: null,
  }
}

function makeJob(ref: string, isLastAttempt = false): LaneJob {
  const nothing = async () => {}
  return {
    ref,
    roster: 'gold',
    id: ref,
    isBulk: false,
    attemptsMade: 0,
    isLastAttempt,
    stalls: 0,
    poisoned: false,
    complete: nothing,
    retry: nothing,
    fail: nothing,
    later: nothing,
    giveBack: nothing,
  }
}

function describe({ method, path, query, body }: Call<unknown>): Sent {
  const ids = () => (body as { data: { id: string }[] }).data.map(({ id }) => id)
  switch (`${method} ${path}`) {
    case 'GET /v1/betaTesters': {
      const names = [...((query?.['filter[email]'] ?? []) as string[])]
      if (query?.['filter[betaGroups]'] !== undefined) return { asked: 'read group', names }
      return { asked: query?.['filter[apps]'] === undefined ? 'look up in account' : 'look up in app', names }
    }
    case 'POST /v1/betaTesters':
      return { asked: 'create', names: [(body as { data: { attributes: { email: string } } }).data.attributes.email] }
    case 'POST /v1/betaGroups/{id}/relationships/betaTesters':
      return { asked: 'add', names: ids() }
    case 'DELETE /v1/betaGroups/{id}/relationships/betaTesters':
      return { asked: 'remove', names: ids() }
    case 'DELETE /v1/apps/{id}/relationships/betaTesters':
      return { asked: 'remove from app', names: ids() }
    case 'POST /v1/betaTesterInvitations':
      return { asked: 'invite', names: [] }
    case 'GET /v1/betaGroups/{id}':
      return { asked: 'get group', names: [] }
    default:
      throw new Error(`${method} ${path} is not played here.`)
  }
}

function settle<T>(call: Call<T>, answer: Answer): { ok: true; value: T } | { ok: false; error: AppleError } {
  if (answer === 'lost') return { ok: false, error: unreachable(call, null, { sent: true, reason: 'deadline' }) }
  if (answer === 'never sent')
    return { ok: false, error: unreachable(call, null, { sent: false, reason: 'connection' }) }
  const body =
    answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  return classify(call, { status: answer.status, headers: {}, body }, call.read, NOW)
}

function toRecord(call: Call<unknown>, settled: { ok: true } | { ok: false; error: AppleError }): CallRecord {
  const details = settled.ok ? {} : settled.error.details
  return {
    method: call.method,
    path: call.path,
    status: settled.ok ? 200 : typeof details['status'] === 'number' ? details['status'] : null,
    appleCode: typeof details['appleCode'] === 'string' ? details['appleCode'] : null,
    code: settled.ok ? null : settled.error.code,
    quota: { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null },
    retryAfterMs: null,
    durationMs: 1,
    at: NOW,
    serverTime: null,
  }
}

/** Rows as a search answers them. */
export function shows(...rows: { id: string; email: string; state?: string | null }[]): Answer {
  const data = rows.map(({ id, email, state = 'INVITED' }) => ({
    type: 'betaTesters',
    id,
    attributes: { email, state },
  }))
  return { status: 200, body: { data, links: { self: 'http://apple.test' } } }
}

export function made(row: { id: string; email: string; state?: string | null }): Answer {
  return {
    status: 201,
    body: {
      data: { type: 'betaTesters', id: row.id, attributes: { email: row.email, state: row.state ?? 'INVITED' } },
    },
  }
}

export function refuses(
  status: number,
  code: string,
  more: { detail?: string; pointer?: string; parameter?: string } = {},
): Answer {
  const { detail, pointer, parameter } = more
  const source = pointer ? { pointer } : parameter ? { parameter } : undefined
  return {
    status,
    body: {
      errors: [
        { status: String(status), code, title: 'No', ...(detail ? { detail } : {}), ...(source ? { source } : {}) },
      ],
    },
  }
}

/** How a turn ended, in a few words: `done invited`, `later pending apple_refused`, `retry call_forbidden`. */
export function tellEnding({ ending }: Turn): string {
  if (ending === null) return 'none'
  if (ending.kind === 'retry') return `retry ${ending.error.code}`
  if (ending.kind !== 'done' && ending.kind !== 'later') return ending.kind
  return [ending.kind, ending.status, ending.problem].filter((word) => word !== null).join(' ')
}
