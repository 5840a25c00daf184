import type { AppleSession, CallRecord, TesterRow } from '../../apple/index.ts'
import { emailKey } from '../../domain/email.ts'
import type { Writing } from '../../domain/member.ts'
import type { CallStep } from '../../domain/plan.ts'
import { isAppError, type AppError, type ErrorCode } from '../../errors.ts'
import { inChunks, inParallel } from './parallel.ts'
import type { Target } from './target.ts'
import { traceCall } from './trace-turns.ts'

export interface Taken<S extends CallStep = CallStep> {
  target: Target
  step: S
}

/** What a call brought, told per member; take-steps merges calls, the listener keeps the books. */
export interface Listener {
  /** Notes the writes that are about to go out. False when the lease is lost: then none may. */
  beforeWrites(taken: Taken[]): Promise<boolean>
  found: (taken: Taken, row: TesterRow | null) => void
  membership: (taken: Taken, row: TesterRow | null) => void
  created(taken: Taken, row: TesterRow): Promise<void>
  added(taken: Taken): void
  removed(taken: Taken, how: 'done' | 'started'): Promise<void>
  invited(taken: Taken): void
  /** `merged`: how many the call was for. */
  failed(taken: Taken, error: AppError, merged: number): Promise<void>
  /** A call for many met a 404: true when it is the group that is gone, which ends the turn of all of them. */
  missesGroup(chunk: Taken[], error: AppError): Promise<boolean>
}

export interface StepDeps {
  /** A session whose calls are told to `note`, for the timelines of those whom the call is about. */
  sessionFor: (note: (record: CallRecord) => void) => AppleSession
  listener: Listener
  /** Whether anything may still be sent: false once the lane has to stop. */
  goesOn: () => boolean
  /** An answer that may speak of the key: whether the call may go out again. */
  doubt: (error: AppError) => Promise<'chance' | 'stopped'>
  /** Settles once no judgement is under way. */
  judged: () => Promise<void>
  /** Calls at once. */
  parallel: number
  chunk: ChunkSize
}

/** How many testers go into one relationship call: grows while Apple accepts, halves on refusal. */
export interface ChunkSize {
  size: number
}

export const MAX_CHUNK = 200
const MIN_GROWING_CHUNK = 25
/** Addresses in one look-up; the client splits further where the URL would grow too long. */
const LOOK_UP_CHUNK = 100

const UNSEARCHABLE: readonly ErrorCode[] = ['apple_request_invalid', 'apple_refused', 'address_invalid']
const REFUSALS: readonly ErrorCode[] = ['apple_refused', 'apple_not_found', 'address_invalid', 'apple_request_invalid']

/** These speak of the key, or of nothing: random 401s on good keys are common. */
const DOUBTFUL: readonly ErrorCode[] = ['key_rejected', 'key_forbidden', 'agreement_required']

const WRITING_OF = {
  create: 'create',
  add: 'add',
  remove: 'remove',
  remove_app: 'remove_app',
  invite: 'invite',
} as const satisfies Partial<Record<CallStep['do'], Writing['kind']>>

type Kind = CallStep['do']
type TakenBy<K extends Kind> = Taken<Extract<CallStep, { do: K }>>

/**
 * ⑦ Carries out one step of each target, merged into as few calls as Apple takes. Reads first; writes in the order remove, add,
 * create; a phase begins when the one before it has ended, so no two writes about one tester are under way at once.
 */
export async function takeSteps(deps: StepDeps, taken: Taken[]): Promise<void> {
  const of = <K extends Kind>(kind: K) => taken.filter((item): item is TakenBy<K> => item.step.do === kind)
  await lookUp(deps, of('look_up'))
  await readMembership(deps, of('read_membership'))
  await removeFromGroups(deps, of('remove'))
  await removeFromApps(deps, of('remove_app'))
  await addToGroups(deps, of('add'))
  await createTesters(deps, of('create'))
  await inviteTesters(deps, of('invite'))
}

async function lookUp(deps: StepDeps, taken: TakenBy<'look_up'>[]): Promise<void> {
  for (const [appId, items] of groupBy(taken, ({ target }) => target.roster.app.id)) {
    await inParallel(deps.parallel, inChunks(items, LOOK_UP_CHUNK), (chunk) => lookUpChunk(deps, appId, chunk))
  }
}

/** An address that Apple cannot even search for fails the whole call: halved until it is alone, and then left to the create. */
async function lookUpChunk(deps: StepDeps, appId: string, chunk: TakenBy<'look_up'>[]): Promise<void> {
  const rows = await attempt(
    deps,
    chunk,
    (session) => session.findTesters({ appId, emails: distinct(chunk.map(({ step }) => step.email)) }),
    { splitOn: UNSEARCHABLE },
  )
  if (rows === undefined) return
  if (rows !== 'split') return tellRows(chunk, rows, deps.listener.found)
  if (chunk.length === 1) return tellRows(chunk, [], deps.listener.found)
  for (const half of inChunks(chunk, Math.ceil(chunk.length / 2))) await lookUpChunk(deps, appId, half)
}

async function readMembership(deps: StepDeps, taken: TakenBy<'read_membership'>[]): Promise<void> {
  for (const [groupId, items] of groupBy(taken, ({ target }) => target.roster.group.id)) {
    await inParallel(deps.parallel, inChunks(items, LOOK_UP_CHUNK), async (chunk) => {
      const rows = await attempt(deps, chunk, (session) =>
        session.findGroupMembers({ groupId, emails: distinct(chunk.map(({ step }) => step.email)) }),
      )
      if (rows && rows !== 'split') tellRows(chunk, rows, deps.listener.membership)
    })
  }
}

function tellRows<T extends TakenBy<'look_up'> | TakenBy<'read_membership'>>(
  chunk: T[],
  rows: TesterRow[],
  tell: (taken: T, row: TesterRow | null) => void,
): void {
  const byKey = new Map(rows.flatMap((row) => (row.email === null ? [] : [[emailKey(row.email), row] as const])))
  for (const item of chunk) tell(item, byKey.get(emailKey(item.step.email)) ?? null)
}

async function addToGroups(deps: StepDeps, taken: TakenBy<'add'>[]): Promise<void> {
  for (const [groupId, items] of groupBy(taken, ({ target }) => target.roster.group.id)) {
    await writeInChunks(deps, items, {
      call: (session, ids) => session.addTesters(groupId, ids),
      tell: (item) => deps.listener.added(item),
      wantsIn: true,
    })
  }
}

async function removeFromGroups(deps: StepDeps, taken: TakenBy<'remove'>[]): Promise<void> {
  for (const [groupId, items] of groupBy(taken, ({ target }) => target.roster.group.id)) {
    await writeInChunks(deps, items, {
      call: (session, ids) => session.removeTesters(groupId, ids),
      tell: (item) => deps.listener.removed(item, 'done'),
      wantsIn: false,
    })
  }
}

async function removeFromApps(deps: StepDeps, taken: TakenBy<'remove_app'>[]): Promise<void> {
  for (const [appId, items] of groupBy(taken, ({ target }) => target.roster.app.id)) {
    let how: 'done' | 'started' = 'started'
    await writeInChunks(deps, items, {
      call: async (session, ids) => {
        how = await session.removeFromApp(appId, ids)
      },
      tell: (item) => deps.listener.removed(item, how),
      wantsIn: false,
    })
  }
}

/**
 * One relationship call for many. A refused call may mean that some are there (or gone) already: one membership read sorts them
 * out, and only the others are halved, until the one bad id is alone.
 */
async function writeInChunks<T extends Taken<Extract<CallStep, { testerId: string }>>>(
  deps: StepDeps,
  items: T[],
  write: {
    call: (session: AppleSession, testerIds: string[]) => Promise<void>
    tell: (item: T) => void | Promise<void>
    wantsIn: boolean
  },
): Promise<void> {
  let queue = [...items]
  let bound = MAX_CHUNK
  while (queue.length > 0 && deps.goesOn()) {
    const size = Math.max(1, Math.min(deps.chunk.size, bound))
    const chunk = queue.splice(0, size)
    if (!(await deps.listener.beforeWrites(chunk))) return
    const ids = distinct(chunk.map(({ step }) => step.testerId))
    const answer = await attempt(deps, chunk, (session) => write.call(session, ids).then(() => 'accepted' as const), {
      splitOn: ids.length > 1 ? REFUSALS : [],
    })
    if (answer === 'accepted') {
      if (chunk.length === deps.chunk.size) deps.chunk.size = Math.min(MAX_CHUNK, deps.chunk.size * 2)
      bound = Math.min(MAX_CHUNK, bound * 2)
      for (const item of chunk) await write.tell(item)
    } else if (answer === 'split') {
      bound = Math.ceil(chunk.length / 2)
      deps.chunk.size = Math.max(MIN_GROWING_CHUNK, Math.floor(deps.chunk.size / 2))
      queue = [...(await sortOut(deps, chunk, write.wantsIn)), ...queue]
    }
  }
}

/** Tells those whom a membership read shows where they should be; returns the others. */
async function sortOut<T extends Taken<Extract<CallStep, { testerId: string }>>>(
  deps: StepDeps,
  chunk: T[],
  wantsIn: boolean,
): Promise<T[]> {
  const groupId = chunk[0]?.target.roster.group.id
  if (groupId === undefined) return []
  const emails = distinct(chunk.map(({ step }) => step.email))
  const rows = await attempt(deps, chunk, (session) => session.findGroupMembers({ groupId, emails }))
  if (!rows || rows === 'split') return []
  const byKey = new Map(rows.flatMap((row) => (row.email === null ? [] : [[emailKey(row.email), row] as const])))
  return chunk.filter((item) => {
    const row = byKey.get(emailKey(item.step.email)) ?? null
    if ((row !== null) !== wantsIn) return true
    deps.listener.membership(item, row)
    return false
  })
}

async function createTesters(deps: StepDeps, taken: TakenBy<'create'>[]): Promise<void> {
  if (taken.length === 0 || !(await deps.listener.beforeWrites(taken))) return
  await inParallel(deps.parallel, taken, async (item) => {
    const { desired, roster } = item.target
    const row = await attempt(deps, [item], (session) =>
      session.createTester({
        groupId: roster.group.id,
        email: item.step.email,
        firstName: desired.firstName,
        lastName: desired.lastName,
      }),
    )
    if (row && row !== 'split') await deps.listener.created(item, row)
  })
}

async function inviteTesters(deps: StepDeps, taken: TakenBy<'invite'>[]): Promise<void> {
  if (taken.length === 0 || !(await deps.listener.beforeWrites(taken))) return
  await inParallel(deps.parallel, taken, async (item) => {
    const done = await attempt(deps, [item], (session) =>
      session.invite(item.target.roster.app.id, item.step.testerId).then(() => true),
    )
    if (done) deps.listener.invited(item)
  })
}

/** One call for the targets of a chunk: its answer, or undefined once its failure was told to each (or `split`). */
async function attempt<T>(
  deps: StepDeps,
  chunk: Taken[],
  call: (session: AppleSession) => Promise<T>,
  options: { splitOn?: readonly ErrorCode[] } = {},
): Promise<T | 'split' | undefined> {
  await deps.judged()
  if (!deps.goesOn()) return undefined
  try {
    return await call(deps.sessionFor((record) => noteCall(chunk, record)))
  } catch (error) {
    if (!isAppError(error)) throw error
    if (DOUBTFUL.includes(error.code) && (await deps.doubt(error)) === 'chance')
      return attempt(deps, chunk, call, options)
    if (options.splitOn?.includes(error.code)) {
      if (error.code !== 'apple_not_found') return 'split'
      return (await deps.listener.missesGroup(chunk, error)) ? undefined : 'split'
    }
    for (const item of chunk) await deps.listener.failed(item, error, chunk.length)
    return undefined
  }
}

function noteCall(chunk: Taken[], record: CallRecord): void {
  traceCall(
    chunk.map(({ target }) => target),
    record,
  )
  const call = `${record.method} ${record.path}`
  const status = record.status ?? 0
  for (const { target } of chunk) {
    target.calls.push(record.appleCode === null ? [call, status] : [call, status, record.appleCode])
  }
}

export function writingKind(kind: Kind): Writing['kind'] | undefined {
  return kind in WRITING_OF ? WRITING_OF[kind as keyof typeof WRITING_OF] : undefined
}

function groupBy<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

function distinct(values: string[]): string[] {
  return [...new Set(values)]
}
