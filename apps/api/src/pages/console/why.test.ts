import type { WaitsFor } from '@flightroster/core/domain'
import { expect, it } from 'vitest'
import { pageAction } from './wait-notice.ts'
import { tellWhy } from './why.ts'

const paused: WaitsFor = {
  code: 'roster_paused',
  detail: 'The roster is paused.',
  action: 'An operator resumes it.',
  since: null,
  until: null,
  who: null,
}
type Tester = Parameters<typeof tellWhy>[0]['tester']

const tester: Tester = { id: 't-1', state: 'installed', observedAt: 1, inviteType: null, devices: [], usage: null }
const revoked: Tester = { ...tester, state: 'revoked' }
const ann = { status: 'pending', problem: null, email: 'ann@example.com' } as const

it.each<['present' | 'absent', Tester, string, string]>([
  ['present', null, 'Not in yet. The roster is paused.', 'Not in yet. The change is on its way to Apple.'],
  ['present', revoked, 'Not in yet. The roster is paused.', 'Not in yet. The change is on its way to Apple.'],
  [
    'present',
    tester,
    'In, but the newest change is not carried out yet. The roster is paused.',
    'In, but the newest change is not carried out yet. It is on its way to Apple.',
  ],
  ['absent', tester, 'Still in. The roster is paused.', 'Still in. The removal is on its way to Apple.'],
  [
    'absent',
    null,
    'The removal is not carried out yet. The roster is paused.',
    'The removal is not carried out yet. It is on its way to Apple.',
  ],
])(
  'tells whether somebody who should be %s is in by what Apple last said, and what holds the change up',
  (desired, tester_, stopped, onItsWay) => {
    const member = { ...ann, desired, tester: tester_ }
    expect(tellWhy(member, paused).title).toBe(stopped)
    expect(tellWhy(member).title).toBe(onItsWay)
  },
)

it.each<WaitsFor['code']>(['lane_blocked', 'lane_paused', 'roster_blocked', 'roster_paused', 'no_worker', 'budget'])(
  'of %s, what to do is said before what is wrong with one',
  (code) => {
    const wait = { ...paused, code }
    const { title, sentences } = tellWhy({ ...ann, desired: 'present', tester: null, problem: invalid }, wait)
    expect([title, sentences[0]]).toEqual(['Not in yet. The roster is paused.', pageAction(wait)])
  },
)

const held: WaitsFor = {
  ...paused,
  code: 'roster_held',
  detail: 'The plan p-1 would remove this member, and waits for a decision.',
  action: 'Approve or reject the plan on the page of the roster.',
}
const invalid = {
  code: 'address_invalid',
  detail: 'The e-mail address is not accepted.',
  action: 'Correct the address in the membership system.',
  retryable: false,
  at: 1,
} as const

it('a plan that is held does not hide where somebody stands, nor why they are not in', () => {
  const member = { ...ann, desired: 'present', tester } as const
  expect(tellWhy({ ...member, status: 'installed' }, held)).toMatchObject({
    title: 'In: the app is installed.',
    sentences: [held.detail, 'Look at the plan, then approve or reject it.'],
  })
  const failed = tellWhy({ ...member, tester: null, status: 'failed', problem: invalid }, held)
  expect(failed).toMatchObject({ tone: 'bad', title: `Not in. ${invalid.detail}` })
  expect(failed.sentences).toEqual([invalid.action, held.detail, 'Look at the plan, then approve or reject it.'])
})

it('what stops everybody comes first, and what is wrong with one is told besides', () => {
  const waiting = { ...ann, desired: 'present', tester: null, status: 'waiting', problem: invalid } as const
  const { title, sentences } = tellWhy(waiting, paused)
  expect(title).toBe('Not in yet. The roster is paused.')
  expect(sentences.at(-1)).toBe(`Besides: ${invalid.detail} ${invalid.action}`)
})

it.each<[Pick<Parameters<typeof tellWhy>[0], 'status' | 'desired' | 'tester'>, string]>([
  [{ status: 'pending', desired: 'present', tester: null }, 'Not in yet. '],
  [{ status: 'waiting', desired: 'present', tester: null }, 'Not in yet. '],
  [{ status: 'failed', desired: 'present', tester: null }, 'Not in. '],
  [{ status: 'failed', desired: 'present', tester }, 'In, but the newest change failed. '],
  [{ status: 'failed', desired: 'absent', tester: null }, 'The removal failed. '],
  [{ status: 'not_invited', desired: 'present', tester }, ''],
])('what is wrong with one comes after whether they are in: %o', (member, where) => {
  expect(tellWhy({ ...ann, ...member, problem: invalid }).title).toBe(where + invalid.detail)
})

it('of a build that is missing, the newest reading is told, and nobody is told to try again', () => {
  const problem = { ...invalid, code: 'build_not_released', detail: 'Old.', action: 'Old.', retryable: true } as const
  const member = { ...ann, status: 'not_invited', desired: 'present', tester, problem } as const
  const lack = { detail: "Apple's beta review has rejected the build 1.0 (2).", action: 'See why.' }
  const why = tellWhy({ ...member, lack })
  expect(why.title).toBe(`In the group, and not invited yet. ${lack.detail}`)
  expect(why.sentences).toEqual(['See why.', 'Apple invites by itself once there is a build to install.'])
  expect(tellWhy(member).title).toBe('In the group, and not invited yet. Old.')
})

it('who was taken out by hand is not in, and is put back by a button that the page has', () => {
  const action = 'Add the tester there again: POST /v1/rosters/{rosterId}/members/{memberId}/converge.'
  const problem = { ...invalid, code: 'removed_by_hand', detail: 'Taken out.', action, retryable: true } as const
  const why = tellWhy({ ...ann, status: 'removed', desired: 'present', tester: null, problem })
  expect(why.title).toBe('Not in. Taken out.')
  expect(why.sentences[0]).toBe('Add the tester there again, by “Sync with Apple now”.')
})
