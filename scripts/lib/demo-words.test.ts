import { expect, test } from 'vitest'
import { describeEvents, describeMember } from './demo-words.mjs'

const tester = { id: 't-1', state: 'INVITED', observedAt: '2025-09-01T09:00:00Z' }
const ann = { id: 'ann', email: 'a@example.com', status: 'invited', tester, problem: null }

test('says a problem in its own words', () => {
  const problem = { code: 'address_missing', detail: 'No address.', action: 'Send one.' }
  expect(describeMember({ ...ann, status: 'waiting', tester: null, problem }, [])).toBe('No address. Send one.')
})

test('says with whom a member shares its tester, at the later of the two', () => {
  const twin = { ...ann, id: 'bob', email: 'A@example.com' }
  expect(describeMember(twin, [ann, twin])).toContain('One tester with ann')
  expect(describeMember(ann, [ann, twin])).not.toContain('One tester')
})

const events = Array.from({ length: 9 }, (_, at) => ({ id: `evt-${at}`, type: 'member.joined' }))
const answer = (...statuses: string[]) => ({
  accepted: 0,
  duplicate: 0,
  stale: 0,
  rejected: 0,
  events: statuses.map((status, at) => ({ status, member: `m-${at}`, problem: null })),
})

test('lists the events that changed nothing, with the reason', () => {
  const text = describeEvents(events, answer('accepted', 'duplicate', 'stale'))
  expect(text).toMatch(/evt-1 .*m-1 .*The same source and id came before/)
  expect(text).toMatch(/evt-2 .*m-2 .*older than the event that decided/)
  expect(text).not.toContain('evt-0')
})

test('sums up the duplicates of a second start', () => {
  const text = describeEvents(events, answer(...Array.from({ length: 8 }, () => 'duplicate'), 'rejected'))
  expect(text).toContain('The duplicates were known from the last start')
  expect(text).not.toContain('evt-1 ')
  expect(text).toContain('evt-8')
})
