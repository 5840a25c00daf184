import type { ErrorCode } from '../errors.ts'
import type { MemberStatus } from './member.ts'

/**
 * The receipt of one person: event → decision → Apple call → answer → outcome. Stored as one compact line of JSON an entry,
 * newest first, so keys are one letter: a roster of 100,000 keeps its timelines in memory.
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
const LETTERS = new Map<string, string>(Object.entries(METHODS).map(([letter, method]) => [method, letter]))

function shorten(call: string): string {
  const match = /^([A-Z]+) \/v1(\/.*)$/.exec(call)
  const letter = LETTERS.get(match?.[1] ?? '')
  return letter === undefined ? call : `${letter}${match?.[2] ?? ''}`
}

function expand(call: string): string {
  const match = /^([GPUAD])(\/.*)$/.exec(call)
  return match ? `${METHODS[match[1] as keyof typeof METHODS]} /v1${match[2] ?? ''}` : call
}

export function formatEntry(entry: TimelineEntry): string {
  if (entry.k !== 'run') return JSON.stringify(entry)
  return JSON.stringify({ ...entry, c: entry.c.map(([call, ...answer]) => [shorten(call), ...answer]) })
}

export function parseTimeline(lines: string | null): TimelineEntry[] {
  if (!lines) return []
  return lines.split('\n').map(parseEntry)
}

export function parseEntry(line: string): TimelineEntry {
  const entry = JSON.parse(line) as TimelineEntry
  if (entry.k !== 'run') return entry
  return { ...entry, c: entry.c.map(([call, ...answer]): (typeof entry.c)[number] => [expand(call), ...answer]) }
}
