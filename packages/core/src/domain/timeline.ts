import type { ErrorCode } from '../errors.ts'
import { either, errorCode, list, number, object, oneOf, optional, or, readJson, text, tuple, word } from './shape.ts'
import type { MemberStatus } from './member.ts'

/**
 * The receipt of one person: event → decision → Apple call → answer → outcome. Kept as one short line an entry, newest first: a
 * roster of 100,000 keeps its timelines in memory.
 */
export type TimelineEntry = EventEntry | RunEntry | NoteEntry

/** An upstream fact or a request that was accepted. `k`: what; `o`: where from; `e`: the event's id. */
export interface EventEntry {
  t: number
  k: 'joined' | 'updated' | 'left' | 'converge' | 'invitation' | 'retry' | 'protected' | 'unprotected' | 'restored'
  o: 'event' | 'api' | 'snapshot' | 'console' | 'reconcile' | 'apple' | 'source' | 'member' | 'scim'
  e?: string | undefined
}

/** One attempt: the calls with their answers, and how it ended. */
export interface RunEntry {
  t: number
  k: 'run'
  /** [method and path, status or 0 for no answer, Apple's code when refused] */
  c: [string, number, string?][]
  /** Status after it. */
  s: MemberStatus
  p?: ErrorCode | undefined
  /** A sentence: why, and what happens next. */
  d?: string | undefined
}

/** A decision without a call. */
export interface NoteEntry {
  t: number
  k: 'note'
  d: string
}

/** `GET /v1/betaTesters` is kept as `G/betaTesters`: nearly every entry holds one. */
const METHODS = { G: 'GET', P: 'POST', U: 'PUT', A: 'PATCH', D: 'DELETE' } as const
const METHOD_LETTERS = lettersOf(METHODS)

/** The word of a letter; undefined: a newer release has more of them. */
function wordOf<T>(words: Readonly<Record<string, T>>, letter = ''): T | undefined {
  return Object.hasOwn(words, letter) ? words[letter] : undefined
}

function shorten(call: string): string {
  const match = /^([A-Z]+) \/v1(\/.*)$/.exec(call)
  const letter = METHOD_LETTERS.get(match?.[1] ?? '')
  return letter === undefined ? call : `${letter}${match?.[2] ?? ''}`
}

function expand(call: string): string {
  const match = /^([GPUAD])(\/.*)$/.exec(call)
  return match ? `${wordOf(METHODS, match[1]) ?? ''} /v1${match[2] ?? ''}` : call
}

/** The words that entries are made of, by the letter they are kept as. A word without one makes a line of JSON, as all were before. */
const KINDS = { j: 'joined', u: 'updated', l: 'left', c: 'converge', i: 'invitation', y: 'retry' } as const
const ORIGINS = {
  E: 'event',
  A: 'api',
  S: 'snapshot',
  C: 'console',
  R: 'reconcile',
  P: 'apple',
  O: 'source',
  M: 'member',
  I: 'scim',
} as const
const STATUSES = {
  P: 'pending',
  W: 'waiting',
  N: 'not_invited',
  I: 'invited',
  A: 'accepted',
  T: 'installed',
  V: 'revoked',
  R: 'removed',
  F: 'failed',
} as const
const KIND_LETTERS = lettersOf(KINDS)
const ORIGIN_LETTERS = lettersOf(ORIGINS)
const STATUS_LETTERS = lettersOf(STATUSES)

function lettersOf(words: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(words).map(([letter, word]) => [word, letter]))
}

/**
 * What it is (a letter), when (ms, base 36), then of an event where it came from and its id: `jmij2k0a1Eevt-1`; of a run the status
 * after it, its calls and why: `rmij2k0a1I"201 P/betaTesters",{"d":"…"}`; of a note the note: `nmij2k0a1"…"`. Strings are JSON's.
 */
export function formatEntry(entry: TimelineEntry): string {
  const at = Number.isSafeInteger(entry.t) && entry.t >= 0 ? entry.t.toString(36) : undefined
  if (at === undefined) return JSON.stringify(entry)
  if (entry.k === 'note') return `n${at}${JSON.stringify(entry.d)}`
  if (entry.k !== 'run') {
    const [kind, origin] = [KIND_LETTERS.get(entry.k), ORIGIN_LETTERS.get(entry.o)]
    if (kind === undefined || origin === undefined) return JSON.stringify(entry)
    return `${kind}${at}${origin}${entry.e === undefined ? '' : JSON.stringify(entry.e).slice(1, -1)}`
  }
  const status = STATUS_LETTERS.get(entry.s)
  if (status === undefined || entry.c.some(([, , code]) => /[^!-~]/.test(code ?? ''))) return JSON.stringify(entry)
  const { p, d } = entry
  const parts = [...entry.c.map(formatCall), ...(p === undefined && d === undefined ? [] : [{ p, d }])]
  return `r${at}${status}${JSON.stringify(parts).slice(1, -1)}`
}

function formatCall([call, status, code]: RunEntry['c'][number]): string {
  return `${status}${code === undefined ? '' : `:${code}`} ${shorten(call)}`
}

function parseCall(line: string): RunEntry['c'][number] {
  const [, status, code, call = ''] = /^(\d+)(?::(\S*))? (.*)$/s.exec(line) ?? []
  if (code === undefined) return [expand(call), Number(status)]
  return [expand(call), Number(status), code]
}

/** Reads the timeline of a member as the store keeps it, a JSON line each. What a newer release wrote becomes an entry that says so. */
export function parseTimeline(lines: string | null): TimelineEntry[] {
  if (!lines) return []
  return lines.split('\n').map(parseEntry)
}

const WHAT = 'An entry of a timeline'
const UNKNOWN = 'Something that a newer release of Flightroster wrote down.'

const runParts = list(or(text, object<Pick<RunEntry, 'p' | 'd'>>({ p: optional(errorCode), d: optional(text) })))

const runEntry = object<RunEntry>({
  t: number,
  k: oneOf('run'),
  c: list(tuple<RunEntry['c'][number]>(text, number, optional(text))),
  s: word(),
  p: optional(errorCode),
  d: optional(text),
})
const noteEntry = object<NoteEntry>({ t: number, k: oneOf('note'), d: text })
const eventEntry = object<EventEntry>({ t: number, k: word(), o: word(), e: optional(text) })
const jsonEntry = either<TimelineEntry>('k', (k) => (k === 'run' ? runEntry : k === 'note' ? noteEntry : eventEntry))

/** Reads one line of a timeline, in today's form or in the JSON of releases up to 0.1.0. */
export function parseEntry(line: string): TimelineEntry {
  if (line.startsWith('{')) return parseJsonEntry(line)
  const [, letter = '', at = '', sort = '', rest = ''] = /^([a-z])([0-9a-z]+)([A-Z]?)(.*)$/s.exec(line) ?? []
  const t = Number.parseInt(at, 36)
  if (letter === 'n') return { t, k: 'note', d: readJson(text, rest, WHAT) }
  if (letter !== 'r') {
    const [k, o] = [wordOf(KINDS, letter), wordOf(ORIGINS, sort)]
    if (k === undefined || o === undefined) return { t, k: 'note', d: UNKNOWN }
    return rest === '' ? { t, k, o } : { t, k, o, e: readJson(text, `"${rest}"`, WHAT) }
  }
  const s = wordOf(STATUSES, sort)
  if (s === undefined) return { t, k: 'note', d: UNKNOWN }
  const parts = readJson(runParts, `[${rest}]`, WHAT)
  const calls = parts.filter((part) => typeof part === 'string')
  const why = parts.find((part) => typeof part === 'object')
  return { t, k: 'run', c: calls.map(parseCall), s, ...why }
}

function parseJsonEntry(line: string): TimelineEntry {
  const entry = readJson(jsonEntry, line, WHAT)
  if (entry.k !== 'run') return entry
  return { ...entry, c: entry.c.map(([call, ...answer]): (typeof entry.c)[number] => [expand(call), ...answer]) }
}

/** Entries of one member's timeline that are kept; older ones go. */
export const TIMELINE_KEPT = 30
