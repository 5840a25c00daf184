import { describe, expect, it } from 'vitest'
import { findIdle, type IdleRule, type IdleSubject } from './idle.ts'
import { NO_USAGE, type Sighting, type Usage, type UsageSummary } from './usage.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-11-24T10:00:00Z')
const ago = (days: number) => NOW - days * DAY

const RULE: IdleRule = { notAcceptedDays: 30, notInstalledDays: 60, noSessionDays: 90, graceDays: 7, reclaim: 'always' }
const SUMMARY: UsageSummary = { v: 1, readAt: ago(0.5), days: 90, triedAt: ago(0.5), doubt: null }

const sighting = (state: Sighting['state'], days: number, more: Partial<Sighting> = {}): Sighting => ({
  state,
  since: ago(days),
  inviteType: 'EMAIL',
  devices: [],
  ...more,
})
const usage = (more: Partial<Usage> = {}): Usage => ({
  sessions: 0,
  crashes: 0,
  feedback: 0,
  days: 90,
  readAt: ago(0.5),
  zeroSince: ago(1.6),
  risenAt: null,
  ...more,
})
const subject = (more: Partial<IdleSubject> = {}): IdleSubject => ({
  id: 'u-1',
  status: 'installed',
  isProtected: false,
  graceFrom: null,
  sighting: sighting('installed', 100),
  usage: usage(),
  ...more,
})
const find = (subjects: IdleSubject[], { rule = RULE, seenAt = ago(0.1) as number | null, summary = SUMMARY } = {}) => {
  const { candidates, doubts } = findIdle(rule, { now: NOW, seenAt, summary }, subjects)
  return {
    reasons: candidates.map(({ id, reason }) => `${id} ${reason}`),
    candidates,
    doubts: Object.fromEntries(doubts),
  }
}

describe('who is idle', () => {
  it('counts days of each state from when it was first seen', () => {
    const found = find([
      subject({ id: 'late', status: 'invited', sighting: sighting('invited', 30) }),
      subject({ id: 'young', status: 'invited', sighting: sighting('invited', 29.9) }),
      subject({ id: 'never-installed', status: 'accepted', sighting: sighting('accepted', 61) }),
      subject({ id: 'gone', sighting: sighting('installed', 91) }),
      subject({ id: 'new', sighting: sighting('installed', 89) }),
    ])
    expect(found.reasons).toEqual(['gone no_session', 'never-installed not_installed', 'late not_accepted'])
    expect(found.candidates[2]).toEqual({
      id: 'late',
      reason: 'not_accepted',
      since: ago(30),
      reclaimAt: NOW + 7 * DAY,
      protected: false,
    })
  })

  it('looks for no reason whose days are null', () => {
    const rule = { ...RULE, notAcceptedDays: null, noSessionDays: null }
    expect(
      find([subject(), subject({ status: 'invited', sighting: sighting('invited', 99) })], { rule }).reasons,
    ).toEqual([])
  })

  it('marks who is protected, and says no day for them or where nothing is taken back by itself', () => {
    const [shown] = find([subject({ isProtected: true })]).candidates
    expect(shown).toMatchObject({ protected: true, reclaimAt: null })
    expect(find([subject()], { rule: { ...RULE, reclaim: 'never' } }).candidates[0]?.reclaimAt).toBeNull()
    expect(find([subject({ graceFrom: ago(3) })]).candidates[0]?.reclaimAt).toBe(ago(3) + 7 * DAY)
  })

  it.each<[string, Partial<IdleSubject>]>([
    ['has sessions', { usage: usage({ sessions: 2, zeroSince: null, risenAt: ago(20) }) }],
    ["had more sessions at yesterday's reading than before", { usage: usage({ risenAt: ago(1.5) }) }],
    ['says none for the first time', { usage: usage({ zeroSince: ago(0.5) }) }],
    ['said none less than a day apart', { usage: usage({ zeroSince: ago(1.4) }) }],
    ['is in another state by now', { status: 'accepted' }],
    [
      'has sessions while the state lags',
      { status: 'invited', sighting: sighting('invited', 99), usage: usage({ sessions: 1 }) },
    ],
    [
      'has the app on a device while the state lags',
      {
        status: 'accepted',
        sighting: sighting('accepted', 99, {
          devices: [{ model: 'iPhone18,1', platform: 'IOS', osVersion: '26.1', build: '42' }],
        }),
      },
    ],
    ['waits', { status: 'waiting' }],
    ['stopped testing', { status: 'revoked', sighting: sighting('revoked', 99) }],
    ['can install nothing', { status: 'not_invited', sighting: sighting('not_invited', 99) }],
  ])('never names a person who %s', (_, more) => {
    expect(find([subject(more)])).toMatchObject({ reasons: [], doubts: {} })
  })

  it.each<[string, string, Partial<IdleSubject>, { seenAt?: number | null; summary?: UsageSummary }]>([
    ['was never in a complete listing', 'unseen', { sighting: null }, { seenAt: null }],
    ['is not in the last one', 'unseen', { sighting: null }, {}],
    ['was listed more than 48 h ago', 'listing_old', {}, { seenAt: ago(2.01) }],
    ['has no figures', 'missing', { usage: null }, {}],
    [
      'had a row at the reading before, and none at the last one',
      'missing',
      { usage: usage({ readAt: ago(1.5) }) },
      {},
    ],
    ['was read more than 48 h ago', 'old', {}, { summary: { ...SUMMARY, readAt: ago(2.01) } }],
    ['has figures of a shorter period', 'other_period', { usage: usage({ days: 30 }) }, {}],
    ['was never read', 'unread', {}, { summary: NO_USAGE }],
    ['was not read, since it is switched off', 'off', {}, { summary: { ...SUMMARY, doubt: 'off' } }],
    ['is of a reading that was refused', 'refused', {}, { summary: { ...SUMMARY, doubt: 'refused' } }],
    ['is of a reading that was cut off', 'incomplete', {}, { summary: { ...SUMMARY, doubt: 'incomplete' } }],
    ['is of a reading that is not believed', 'implausible', {}, { summary: { ...SUMMARY, doubt: 'implausible' } }],
  ])('does not know of one who %s', (_, doubt, more, standing) => {
    expect(find([subject(more)], standing)).toMatchObject({ reasons: [], doubts: { [doubt]: 1 } })
  })

  it('takes none in a longer period for none in a shorter one, and not the other way round', () => {
    const rule = { ...RULE, noSessionDays: 20 }
    expect(find([subject()], { rule }).reasons).toEqual(['u-1 no_session'])
    const some = usage({ sessions: 1, zeroSince: null, risenAt: ago(50) })
    expect(find([subject({ usage: some })], { rule }).doubts).toEqual({ other_period: 1 })
  })
})
