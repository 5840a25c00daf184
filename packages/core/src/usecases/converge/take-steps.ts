import type { Visit } from '../visit/visit.ts'
import type { AppleSession, CallRecord, TesterRow } from '@flightroster/app-store-connect'
import { emailKey } from '../../domain/email.ts'
import type { CallStep, WriteStep } from '../../domain/step.ts'
import type { AppError } from '../../errors.ts'
import { attempt, REFUSALS } from './attempt.ts'
import type { Brakes } from './brakes.ts'
import { distinct, groupBy, inChunks } from '../lists.ts'
import { inParallel } from '../parallel.ts'
import type { Seats } from './seats.ts'
import type { Turn } from './turn.ts'

export interface Taken<S extends CallStep = CallStep> {
  turn: Turn
  step: S
}

/** How a read ended for one person. An error is never an empty answer: `unknown` is what can't be searched for. */
export type Reading = { is: 'found'; row: TesterRow } | { is: 'absent' } | { is: 'unknown'; error: AppError }

/** What a call brought, told per member; take-steps merges calls, the listener notes what they bring. */
export interface Listener {
  /** Notes the writes that are about to go out. False when the lease is lost: then none may. */
  beforeWrites(taken: Taken<WriteStep>[]): Promise<boolean>
  /** A write that was noted did not go out. */
  unsent(taken: Taken): void
  /** Its endpoint refuses everybody for now: asked again then (ms). */
  postponed(taken: Taken, until: number): void
  found: (taken: TakenBy<'look_up'>, reading: Reading) => void
  membership: (taken: Taken, reading: Reading) => void
  created(taken: Taken, row: TesterRow): Promise<void>
  added(taken: Taken): void
  removed(taken: Taken, how: 'done' | 'started'): Promise<void>
  invited(taken: Taken): void
  /** `merged`: how many the call was for; `asked`: the step itself, or a read on its behalf. */
  failed(taken: Taken, error: AppError, merged: number, asked: 'step' | 'read'): Promise<void>
  /** A call for many met a 404: true when it is the group that is gone, which ends the turn of all of them. */
  missesGroup(chunk: Taken[]): Promise<boolean>
}

export interface StepDeps {
  /** A session whose calls are told to `note`, for the timelines of those whom the call is about. */
  sessionFor: (note: (record: CallRecord) => void) => AppleSession
  listener: Listener
  brakes: Pick<Brakes, 'goesOn' | 'doubt' | 'judged' | 'opensAt' | 'refused'>
  seats: Pick<Seats, 'mayEnter'>
  /** Calls at once. */
  parallel: number
  chunk: Visit['chunk']
}

export const MAX_CHUNK = 200
const MIN_GROWING_CHUNK = 25
/** Addresses in one look-up; the client splits further where the URL would grow too long. */
const LOOK_UP_CHUNK = 100
type Kind = CallStep['do']
type TakenBy<K extends Kind> = Taken<Extract<CallStep, { do: K }>>

/**
 * ⑦ Carries out one step of each turn, merged into as few calls as Apple takes. Reads first; writes in the order remove, add,
 * create; a phase begins when the one before it has ended, so no two writes about one tester are under way at once.
 */
export async function takeSteps(deps: StepDeps, taken: Taken[]): Promise<void> {
  const of = <K extends Kind>(kind: K) => taken.filter((item): item is TakenBy<K> => item.step.do === kind)
  const { listener } = deps
  await readTogether(deps, of('look_up'), {
    of: ({ turn, step }) => `${step.within} ${turn.roster.app.id}`,
    call: (session, { turn, step }, emails) =>
      step.within === 'app'
        ? session.findTesters({ appId: turn.roster.app.id, emails })
        : session.findAccountTesters({ emails }),
    tell: (item, reading) => listener.found(item, reading),
  })
  await readTogether(deps, of('read_membership'), {
    of: groupOf,
    call: (session, first, emails) => session.findGroupMembers({ groupId: groupOf(first), emails }),
    tell: (item, reading) => listener.membership(item, reading),
  })
  await writeTogether(deps, of('remove'), {
    of: groupOf,
    call: (session, groupId, ids) => session.removeTesters(groupId, ids),
    tell: (item) => listener.removed(item, 'done'),
    wantsIn: false,
  })
  await writeTogether(deps, of('remove_app'), {
    of: ({ turn }) => turn.roster.app.id,
    call: (session, appId, ids) => session.removeFromApp(appId, ids),
    tell: (item, how) => listener.removed(item, how),
    wantsIn: false,
  })
  await writeTogether(deps, of('add'), {
    of: groupOf,
    call: (session, groupId, ids) => session.addTesters(groupId, ids),
    tell: (item) => listener.added(item),
    wantsIn: true,
  })
  await createTesters(deps, of('create'))
  await inviteTesters(deps, of('invite'))
}

const groupOf = ({ turn }: Taken) => turn.roster.group.id

/** A read for many; `of`: those of whom it is the same may share a call. */
interface Read<T extends Taken> {
  of: (taken: T) => string
  /** Any one of those that share it says where it is read. */
  call: (session: AppleSession, first: T, emails: string[]) => Promise<TesterRow[]>
  tell: (taken: T, reading: Reading) => void
}

async function readTogether<T extends Taken>(deps: StepDeps, taken: T[], read: Read<T>): Promise<void> {
  for (const items of groupBy(taken, read.of).values()) {
    await inParallel(deps.parallel, inChunks(items, LOOK_UP_CHUNK), (chunk) => readChunk(deps, chunk, read))
  }
}

/**
 * One read for many. An address that Apple can't search for fails it for all, and so does an endpoint that is out of order: halved
 * until the one address is alone. Only a refusal that names the address says that it can't be searched for.
 */
async function readChunk<T extends Taken>(deps: StepDeps, chunk: T[], read: Read<T>): Promise<void> {
  const [first] = chunk
  if (!first) return
  const emails = distinct(chunk.map(({ step }) => step.email))
  const answer = await attempt(deps, chunk, (session) => read.call(session, first, emails), {
    takes: (error) => error.code === 'address_invalid' || (chunk.length > 1 && REFUSALS.includes(error.code)),
  })
  if (answer.is === 'ended') return
  if (answer.is === 'answer') return tellRows(chunk, answer.value, read.tell)
  if (chunk.length === 1) return read.tell(first, { is: 'unknown', error: answer.error })
  for (const half of inChunks(chunk, Math.ceil(chunk.length / 2))) await readChunk(deps, half, read)
}

function tellRows<T extends Taken>(chunk: T[], rows: TesterRow[], tell: (taken: T, reading: Reading) => void): void {
  const byKey = new Map(rows.flatMap((row) => (row.email === null ? [] : [[emailKey(row.email), row] as const])))
  for (const item of chunk) {
    const row = byKey.get(emailKey(item.step.email))
    tell(item, row ? { is: 'found', row } : { is: 'absent' })
  }
}

type Related = Taken<Extract<CallStep, { testerId: string }>>

/** A relationship call for many, to one group or app (`of`). */
interface Relate<T extends Related, R> {
  of: (item: T) => string
  call: (session: AppleSession, of: string, testerIds: string[]) => Promise<R>
  tell: (item: T, answer: R) => void | Promise<void>
  wantsIn: boolean
}

/**
 * One relationship call for many. A refused call may mean that some are there (or gone) already: one membership read sorts them
 * out, and only the others are halved, until the one bad id is alone.
 */
async function writeTogether<T extends Related, R>(deps: StepDeps, taken: T[], write: Relate<T, R>): Promise<void> {
  for (const [of, items] of groupBy(taken, write.of)) await writeInChunks(deps, items, of, write)
}

async function writeInChunks<T extends Related, R>(
  deps: StepDeps,
  items: T[],
  of: string,
  write: Relate<T, R>,
): Promise<void> {
  let queue = [...items]
  let bound = MAX_CHUNK
  while (queue.length > 0 && deps.brakes.goesOn()) {
    const size = Math.max(1, Math.min(deps.chunk.size, bound))
    const chunk = queue.splice(0, size)
    if (!(await deps.listener.beforeWrites(chunk))) return
    const ids = distinct(chunk.map(({ step }) => step.testerId))
    const answer = await attempt(deps, chunk, (session) => write.call(session, of, ids), {
      takes: (error) => ids.length > 1 && REFUSALS.includes(error.code),
    })
    if (answer.is === 'answer') {
      if (chunk.length === deps.chunk.size) deps.chunk.size = Math.min(MAX_CHUNK, deps.chunk.size * 2)
      bound = Math.min(MAX_CHUNK, bound * 2)
      for (const item of chunk) await write.tell(item, answer.value)
    } else if (answer.is === 'refused') {
      bound = Math.ceil(chunk.length / 2)
      deps.chunk.size = Math.max(MIN_GROWING_CHUNK, Math.floor(deps.chunk.size / 2))
      queue = [...(await sortOut(deps, chunk, write.wantsIn, answer.error)), ...queue]
    }
  }
}

/** Tells those whom a membership read shows where they should be; returns the others. */
async function sortOut<T extends Related>(
  deps: StepDeps,
  chunk: T[],
  wantsIn: boolean,
  refusal: AppError,
): Promise<T[]> {
  const groupId = chunk[0]?.turn.roster.group.id
  if (groupId === undefined) return []
  const emails = distinct(chunk.map(({ step }) => step.email))
  const answer = await attempt(deps, chunk, (session) => session.findGroupMembers({ groupId, emails }), { reads: true })
  if (answer.is !== 'answer') return []
  const others: T[] = []
  tellRows(chunk, answer.value, (item, reading) => {
    if ((reading.is === 'found') === wantsIn) deps.listener.membership(item, reading)
    else others.push(item)
  })
  for (const item of chunk) {
    // Out, or in for so short a time that reads do not show it yet: only later ones tell, and to ask again at once would be answered alike.
    const isHidden = !others.includes(item) && item.turn.unseen.has(emailKey(item.step.email))
    if (isHidden) await deps.listener.failed(item, refusal, chunk.length, 'step')
  }
  return others
}

async function createTesters(deps: StepDeps, taken: TakenBy<'create'>[]): Promise<void> {
  if (taken.length === 0 || !(await deps.listener.beforeWrites(taken))) return
  await inParallel(deps.parallel, taken, async (item) => {
    const { desired, roster } = item.turn
    // Another's create has just found the app full: this one waits in line as well.
    if (!deps.seats.mayEnter(item.turn)) return deps.listener.unsent(item)
    const answer = await attempt(deps, [item], (session) =>
      session.createTester({
        groupId: roster.group.id,
        email: item.step.email,
        firstName: desired.firstName,
        lastName: desired.lastName,
      }),
    )
    if (answer.is === 'answer') await deps.listener.created(item, answer.value)
  })
}

async function inviteTesters(deps: StepDeps, taken: TakenBy<'invite'>[]): Promise<void> {
  await inParallel(deps.parallel, taken, async (item) => {
    // Each alone, right before it goes out: one that was noted and not sent would be taken for one that may have mailed.
    if (!deps.brakes.goesOn() || !(await deps.listener.beforeWrites([item]))) return
    const answer = await attempt(deps, [item], (session) => session.invite(item.turn.roster.app.id, item.step.testerId))
    if (answer.is === 'answer') deps.listener.invited(item)
  })
}
