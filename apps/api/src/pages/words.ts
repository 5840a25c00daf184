import type { BuildState, MemberStatus } from '@flightroster/core/domain'
import { html, type Html } from './html.ts'

/** Statuses in the words of people who have never seen App Store Connect's. */
export const STATUS_WORDS: Record<MemberStatus, { word: string; means: string; tone: Tone }> = {
  pending: { word: 'on the way', means: 'The newest change is not carried out yet.', tone: 'busy' },
  waiting: {
    word: 'waiting',
    means: 'Something has to happen first, such as an address or a free seat.',
    tone: 'warn',
  },
  not_invited: { word: 'not invited yet', means: 'In the group, and Apple has sent no invitation.', tone: 'warn' },
  invited: { word: 'invited', means: 'Apple has sent the invitation; it has not been accepted yet.', tone: 'calm' },
  accepted: { word: 'accepted', means: 'The invitation was accepted; the app is not installed yet.', tone: 'good' },
  installed: { word: 'installed', means: 'The app is installed.', tone: 'good' },
  revoked: { word: 'stopped testing', means: 'The person stopped testing, or was removed from the app.', tone: 'warn' },
  removed: { word: 'removed', means: 'Not on the roster any more, and out of the group.', tone: 'quiet' },
  reclaimed: {
    word: 'seat taken back',
    means: 'On the roster, out of the app: the seat was not used. A new membership or “Put back” undoes it.',
    tone: 'quiet',
  },
  failed: {
    word: 'failed',
    means: 'The newest change could not be carried out; the page of the person says why.',
    tone: 'bad',
  },
}

/** A build and its state as the end of a sentence. */
export const BUILD_STATE_WORDS: Record<BuildState, string> = {
  processing: 'Apple is processing it',
  compliance_missing: 'export compliance is not answered',
  ready_to_submit: 'not submitted for review yet',
  in_review: 'in beta review',
  rejected: 'rejected by Apple',
  approved_held: 'approved, waits for “Notify Testers”',
  testing: 'tested by another group',
  expired: 'expired',
  unknown: 'in a state that is not known here',
}

/** How good or bad something is, from `good` to `bad`; `quiet`: it does not count. */
export type Tone = 'good' | 'calm' | 'busy' | 'warn' | 'bad' | 'quiet'

const SIGNS: Record<Tone, string> = { good: '●', calm: '◐', busy: '◌', warn: '▲', bad: '✖', quiet: '–' }

/** Told by its word and its sign, not by its colour alone. */
export function pill(tone: Tone, word: string): Html {
  return html`<span class="pill ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span> ${word}</span>`
}

/** A member's status as a coloured word with a sign. */
export function statusPill(status: MemberStatus): Html {
  return pill(STATUS_WORDS[status].tone, STATUS_WORDS[status].word)
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** `3 min`, `2 h 5 min`, `4 days` */
export function duration(ms: number): string {
  if (ms < 1_000) return 'less than a second'
  if (ms < MINUTE_MS) return `${Math.round(ms / 1_000)} s`
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`
  if (ms < DAY_MS) {
    const minutes = Math.round(ms / MINUTE_MS) % 60
    return `${Math.floor(Math.round(ms / MINUTE_MS) / 60)} h${minutes === 0 ? '' : ` ${minutes} min`}`
  }
  const days = Math.round(ms / DAY_MS)
  return days === 1 ? '1 day' : `${days} days`
}

/** `3 min ago`, `in 2 h`, with the exact time for machines and on hovering. */
export function when(at: number | null | undefined, now: number, none = '–'): Html {
  if (at === null || at === undefined) return html`${none}`
  const iso = new Date(at).toISOString()
  const away = Math.abs(at - now)
  const words = away < 1_500 ? 'now' : at < now ? `${duration(away)} ago` : `in ${duration(away)}`
  return html`<time datetime="${iso}" title="${iso}">${words}</time>`
}

/** `24 Nov 2026, 10:00:03 UTC` */
export function exactTime(at: number): Html {
  const iso = new Date(at).toISOString()
  const text = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' }).format(
    at,
  )
  return html`<time datetime="${iso}">${text} UTC</time>`
}

/** With separators of thousands: `12,345`. */
export function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 person`, `2 people`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`
}
