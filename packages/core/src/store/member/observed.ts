import type { IdleReason } from '../../domain/idle.ts'
import {
  MEMBER_STATUSES,
  NOTHING_OBSERVED,
  type FormerAddress,
  type MemberProblem,
  type MemberStatus,
  type Observed,
  type TesterState,
  type Writing,
} from '../../domain/member.ts'
import {
  anyObject,
  errorCode,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  read,
  readJson,
  text as string,
  texts,
  tuple,
  word,
} from '../../domain/shape.ts'

/** As they are counted in the short form: never renumber, only append. */
const STATES: readonly TesterState[] = ['not_invited', 'invited', 'accepted', 'installed', 'revoked', 'unknown']

/** What seldom differs from NOTHING_OBSERVED, one letter a field. */
interface Rare {
  /** writing */
  w?: Observed['writing']
  /** leaving */
  l?: string[]
  /** former: address and time each */
  f?: [string, number][]
  /** invite */
  i?: 1
  /** revived */
  r?: number
  /** reclaimed */
  x?: number
  /** grace */
  g?: [number, IdleReason]
  /** problem */
  p?: Observed['problem']
}

/** The form of release 0.1.0. */
interface Long extends Rare {
  v: 2
  /** converged */
  c?: number
  /** email */
  e?: string
  /** state */
  s?: TesterState
  /** observedAt */
  a?: number
  /** confirmed */
  k?: 1
  /** settledState */
  t?: 1
  /** told: status, sequence, problem */
  u?: [MemberStatus, number, NonNullable<Observed['told']>['problem']?]
}

const WHAT = 'What is observed of a member'

const writing = object<Writing>({ kind: word(), email: string, at: number, reads: number, answer: word() })
const problem = object<MemberProblem>({ code: errorCode, detail: string, at: number })

const rareFields = {
  w: optional(nullable(writing)),
  l: optional(texts),
  f: optional(list(tuple<[string, number]>(string, number))),
  i: optional(oneOf(1)),
  r: optional(number),
  x: optional(number),
  g: optional(tuple<[number, IdleReason]>(number, word())),
  p: optional(nullable(problem)),
}
const rareShape = object<Rare>(rareFields)

const longShape = object<Long>({
  v: oneOf(2),
  c: optional(number),
  e: optional(string),
  s: optional(word<TesterState>()),
  a: optional(number),
  k: optional(oneOf(1)),
  t: optional(oneOf(1)),
  u: optional(tuple<NonNullable<Long['u']>>(word(), number, optional(nullable(errorCode)))),
  ...rareFields,
})

const observedShape = object<Observed>({
  v: oneOf(1),
  converged: number,
  email: nullable(string),
  state: nullable(word()),
  observedAt: nullable(number),
  confirmed: flag,
  writing: nullable(writing),
  leaving: texts,
  former: list(object<FormerAddress>({ email: string, at: number })),
  invite: flag,
  revived: number,
  reclaimed: nullable(number),
  grace: nullable(object<NonNullable<Observed['grace']>>({ from: number, reason: word() })),
  settledState: flag,
  problem: nullable(problem),
  told: nullable(
    object<NonNullable<Observed['told']>>({ status: word(), problem: nullable(errorCode), sequence: number }),
  ),
})

/**
 * What is observed is there for every member, so it is kept short: `3`, converged, the number of the state with `k` where confirmed and `t`
 * where settledState, observedAt (base 36), told as `<status>.<sequence>` and perhaps `.<problem>`, what is rare as JSON, and the address;
 * parted by tabs, and what is as in NOTHING_OBSERVED is empty. Not `packed`: as JSON with a letter a field, which 0.1.0 reads.
 */
export function formatObserved(observed: Observed, packed: boolean): string {
  const { converged, email, state, observedAt, confirmed, settledState, told } = observed
  const rare: Rare = {
    ...(observed.writing ? { w: observed.writing } : {}),
    ...(observed.leaving.length > 0 ? { l: observed.leaving } : {}),
    ...(observed.former.length > 0 ? { f: observed.former.map(({ email, at }) => [email, at]) } : {}),
    ...(observed.invite ? { i: 1 } : {}),
    ...(observed.revived ? { r: observed.revived } : {}),
    ...(observed.reclaimed === null ? {} : { x: observed.reclaimed }),
    ...(observed.grace ? { g: [observed.grace.from, observed.grace.reason] } : {}),
    ...(observed.problem ? { p: observed.problem } : {}),
  }
  if (packed) {
    const flags = `${confirmed ? 'k' : ''}${settledState ? 't' : ''}`
    return [
      '3',
      converged,
      `${state === null ? '' : STATES.indexOf(state)}${flags}`,
      observedAt?.toString(36) ?? '',
      told
        ? [MEMBER_STATUSES.indexOf(told.status), told.sequence, ...(told.problem ? [told.problem] : [])].join('.')
        : '',
      Object.keys(rare).length > 0 ? JSON.stringify(rare) : '',
      ...(email === null ? [] : [email]),
    ].join('\t')
  }
  const kept: Long = {
    v: 2,
    ...(converged ? { c: converged } : {}),
    ...(email === null ? {} : { e: email }),
    ...(state === null ? {} : { s: state }),
    ...(observedAt === null ? {} : { a: observedAt }),
    ...(confirmed ? { k: 1 } : {}),
    ...(settledState ? { t: 1 } : {}),
    ...rare,
    ...(told ? { u: told.problem ? [told.status, told.sequence, told.problem] : [told.status, told.sequence] } : {}),
  }
  return JSON.stringify(kept)
}

/** Reads the versions before too: JSON with a letter a field, or with every field spelled out. */
export function parseObserved(text: string): Observed {
  if (!text.startsWith('{')) return parsePacked(text)
  const raw = readJson(anyObject, text, WHAT)
  if (raw['v'] === 1) return read(observedShape, { ...NOTHING_OBSERVED, ...raw }, WHAT)
  const kept = read(longShape, raw, WHAT)
  return {
    v: 1,
    writing: kept.w ?? null,
    leaving: kept.l ?? [],
    former: toFormer(kept),
    invite: kept.i === 1,
    revived: kept.r ?? 0,
    reclaimed: kept.x ?? null,
    grace: kept.g ? { from: kept.g[0], reason: kept.g[1] } : null,
    problem: kept.p ?? null,
    converged: kept.c ?? 0,
    email: kept.e ?? null,
    state: kept.s ?? null,
    observedAt: kept.a ?? null,
    confirmed: kept.k === 1,
    settledState: kept.t === 1,
    told: kept.u ? { status: kept.u[0], sequence: kept.u[1], problem: kept.u[2] ?? null } : null,
  }
}

const toFormer = ({ f = [] }: Rare): FormerAddress[] => f.map(([email, at]) => ({ email, at }))

/** The fields one by one: lists read ten thousand of them, and a spread of an object takes ten times as long as all the rest. */
function parsePacked(text: string): Observed {
  const parts = text.split('\t')
  const [state = '', at = '', told = '', rareText = ''] = [parts[2], parts[3], parts[4], parts[5]]
  const rare: Rare = rareText === '' ? {} : readJson(rareShape, rareText, WHAT)
  return {
    v: 1,
    writing: rare.w ?? null,
    leaving: rare.l ?? [],
    former: toFormer(rare),
    invite: rare.i === 1,
    revived: rare.r ?? 0,
    reclaimed: rare.x ?? null,
    grace: rare.g ? { from: rare.g[0], reason: rare.g[1] } : null,
    problem: rare.p ?? null,
    converged: Number(parts[1]),
    // An address holds no tab; should it, nothing of it is lost.
    email: parts.length > 6 ? parts.slice(6).join('\t') : null,
    state: STATES[Number.parseInt(state, 10)] ?? null,
    observedAt: at === '' ? null : Number.parseInt(at, 36),
    confirmed: state.includes('k'),
    settledState: state.includes('t'),
    told: told === '' ? null : parseTold(told),
  }
}

function parseTold(text: string): NonNullable<Observed['told']> {
  const [status, sequence, problem = null] = text.split('.')
  return {
    status: MEMBER_STATUSES[Number(status)] ?? 'pending',
    sequence: Number(sequence),
    problem: read(nullable(errorCode), problem, WHAT),
  }
}
