import {
  rosterWaitsFor,
  WAIT_CODES,
  type WaitCode,
  type WaitsFor,
  type WaitSurroundings,
} from '@flightroster/core/domain'
import { expect, it } from 'vitest'
import { pageAction, waitLines, waitNotice } from './wait-notice.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const viewer = { text: (text: string) => text.replaceAll('ann@example.com', 'a…@e….com') }
const waits = (code: WaitCode): WaitsFor => ({
  code,
  detail: 'What holds it up: ann@example.com.',
  action: `Do that: POST /v1/rosters/{rosterId}/members/{memberId}/converge.`,
  since: NOW - 120_000,
  until: NOW + 300_000,
  who: 'The caretaker',
})
const ACTIONS: Partial<Record<WaitCode, string>> = {
  lane_paused: 'Resume it on the page “Lanes”.',
  roster_paused: 'Press “Resume” on the page of the roster.',
  roster_held: 'Look at the plan, then approve or reject it.',
}
const ENDS: Partial<Record<WaitCode, string>> = {
  retry: 'Tried again',
  quiet_time: 'Read',
  backlog: 'Expected to be done',
}

it.each(WAIT_CODES)('%s: pages say since when, until when, what to do and who has to', (code) => {
  const shown = waitLines(waits(code), NOW).text.replace(/\s+/g, ' ')
  expect(shown).toMatch(/<p>It began <time[^>]*datetime="2026-11-24T09:58:00.000Z"[^>]*>2 min ago<\/time>\.<\/p>/)
  expect(shown).toMatch(new RegExp(`<p>${ENDS[code] ?? 'Expected to go on'}: <time[^>]*"2026-11-24T10:05:00.000Z"`))
  expect(shown).toContain('Who has to do it: The caretaker.')
  expect(shown.includes('after a passed check')).toBe(code.endsWith('_blocked'))
  expect(pageAction(waits(code))).toBe(ACTIONS[code] ?? 'Do that, by “Sync with Apple now”.')
  // What is not known, or is over by now, is left out.
  expect(waitLines({ ...waits(code), since: null, until: NOW, who: null }, NOW).text.trim()).toBe('')
})

it.each(WAIT_CODES.filter((code) => code !== 'backlog'))('%s: what holds a whole roster up stands first', (code) => {
  const shown = waitNotice(waits(code), { now: NOW, privacy: viewer })?.text
  for (const said of ['What holds it up: a…@e….com.', pageAction(waits(code)), 'It began', 'The caretaker'])
    expect(shown).toContain(said)
})

it('a roster that only works off what it has is said to be held up by nothing', () => {
  expect([
    waitNotice(waits('backlog'), { now: NOW, privacy: viewer }),
    waitNotice(null, { now: NOW, privacy: viewer }),
  ]).toEqual([null, null])
})

const calm: WaitSurroundings = {
  now: NOW,
  lane: { blocked: null, paused: false },
  roster: { blocked: null, paused: false },
  held: [],
  worker: 'running',
  budget: null,
  outage: null,
  backlogUntil: null,
}
const problem = { code: 'key_rejected' as const, detail: 'Apple rejects the key.', at: 1 }
it.each<Partial<WaitSurroundings>>([
  { lane: { blocked: problem, paused: false } },
  { lane: { blocked: null, paused: true } },
  { roster: { blocked: { ...problem, code: 'group_gone' }, paused: false } },
  { roster: { blocked: null, paused: true } },
  { held: [{ id: 'p-1', at: 1, remove: 2, removals: [] }] },
  { worker: { seenAt: null } },
  { budget: { since: 1, until: NOW + 1 } },
  { outage: { kind: 'silent', since: 1, until: NOW + 1 } },
  { outage: { kind: 'refused', since: 1, until: NOW + 1 } },
])('a page tells nobody to send a request: %j', (around) => {
  const shown = waitNotice(rosterWaitsFor({ ...calm, ...around }, true), { now: NOW, privacy: viewer })?.text
  expect(shown).toMatch(/<strong>[^<]+\.<\/strong>/)
  expect(shown).not.toMatch(/POST|\/v1\//)
})
