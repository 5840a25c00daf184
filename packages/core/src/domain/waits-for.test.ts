import { describe, expect, it } from 'vitest'
import { rosterWaitsFor, WAIT_CODES, waitsFor, type WaitSurroundings, type WaitingMember } from './waits-for.ts'

const NOW = 1_000_000
const problem = { code: 'key_rejected' as const, detail: 'Apple rejects the key.', at: 1 }
const calm: WaitSurroundings = {
  now: NOW,
  lane: { blocked: null, paused: false },
  roster: { blocked: null, paused: false },
  held: [],
  worker: 'running',
  budget: null,
  outage: null,
  backlogUntil: NOW + 5_000,
}
const open: WaitingMember = {
  id: 'u-1',
  isOpen: true,
  isStuck: false,
  changedAt: NOW - 9_000,
  sleepsUntil: null,
  troubledAt: null,
  lookedAt: null,
}
/** Everything that can hold a member up, outermost first. */
const reasons: [(typeof WAIT_CODES)[number], Partial<WaitSurroundings>, Partial<WaitingMember>, number | null][] = [
  ['lane_blocked', { lane: { blocked: problem, paused: false } }, {}, null],
  ['lane_paused', { lane: { blocked: null, paused: true } }, {}, null],
  ['roster_blocked', { roster: { blocked: problem, paused: false } }, {}, null],
  ['roster_paused', { roster: { blocked: null, paused: true } }, {}, null],
  ['roster_held', { held: [{ id: 'rec-7', at: 7, remove: 1, removals: ['u-1'] }] }, {}, null],
  ['no_worker', { worker: { seenAt: 3 } }, {}, null],
  ['budget', { budget: { since: 4, until: NOW + 60_000 } }, {}, NOW + 60_000],
  ['retry', {}, { sleepsUntil: NOW + 9_000, troubledAt: NOW - 5 }, NOW + 9_000],
  ['quiet_time', {}, { sleepsUntil: NOW + 8_000, lookedAt: NOW - 6 }, NOW + 8_000],
  ['backlog', {}, {}, NOW + 5_000],
]

describe('waitsFor', () => {
  it('has a reason for every code', () => {
    expect(reasons.map(([code]) => code)).toEqual([...WAIT_CODES])
  })

  it.each(reasons)('tells %s, and everything that stands outside of it first', (code, around, member, until) => {
    expect(waitsFor({ ...calm, ...around }, { ...open, ...member })).toMatchObject({ code, until })
    const at = WAIT_CODES.indexOf(code)
    for (const [outer, outside, itself] of reasons.slice(0, at)) {
      // One lane and one roster are in one state each.
      if (Object.keys(outside).some((key) => key in around) || (itself.sleepsUntil && member.sleepsUntil)) continue
      const both = waitsFor({ ...calm, ...around, ...outside }, { ...open, ...member, ...itself })
      expect([code, both?.code]).toEqual([code, outer])
    }
  })

  it.each(reasons)(
    'tells nothing of %s where nothing is left to do, but of a plan that names the member',
    (code, around) => {
      const told = waitsFor({ ...calm, ...around }, { ...open, isOpen: false })
      expect(told?.code ?? null).toBe(code === 'roster_held' ? 'roster_held' : null)
    },
  )

  it('tells since when: since it was last tried, since our change went out, since the change arrived or was due', () => {
    const since = (member: Partial<WaitingMember>) => waitsFor(calm, { ...open, ...member })?.since
    const later = NOW + 8_000
    expect(since({ sleepsUntil: later, troubledAt: NOW - 5, lookedAt: NOW - 6 })).toBe(NOW - 5)
    expect(since({ sleepsUntil: later, lookedAt: NOW - 6 })).toBe(NOW - 6)
    expect(since({ sleepsUntil: later })).toBeNull()
    expect(since({})).toBe(NOW - 9_000)
    expect(since({ troubledAt: NOW - 700 })).toBe(NOW - 700)
    expect(since({ troubledAt: NOW - 700, sleepsUntil: NOW - 200 })).toBe(NOW - 200)
  })

  it('says of everybody that Apple is out of order, not that their turn is next', () => {
    const out = { ...calm, outage: { kind: 'silent' as const, since: null, until: NOW + 60_000 } }
    expect(waitsFor(out, open)).toMatchObject({ code: 'retry', until: NOW + 60_000, since: null })
    expect(waitsFor(out, { ...open, sleepsUntil: NOW + 90_000 })?.until).toBe(NOW + 90_000)
    expect(waitsFor({ ...out, outage: { ...out.outage, until: null } }, open)).toMatchObject({
      code: 'retry',
      until: null,
    })
    expect(rosterWaitsFor(out, true)).toMatchObject({
      code: 'retry',
      detail: expect.stringContaining('App Store Connect'),
    })
    expect(rosterWaitsFor(out, false)).toBeNull()
    const doubt = { ...calm, outage: { kind: 'refused' as const, since: NOW - 9, until: NOW + 20_000 } }
    expect(waitsFor(doubt, open)).toMatchObject({
      code: 'retry',
      since: NOW - 9,
      detail: expect.stringContaining('refused the team key'),
    })
  })

  it('leaves who waits for an address or a seat to their problem, unless something outside stops everybody', () => {
    const stuck = { ...open, isStuck: true }
    expect(waitsFor(calm, stuck)).toBeNull()
    expect(waitsFor({ ...calm, worker: { seenAt: null } }, stuck)).toBeNull()
    expect(waitsFor({ ...calm, lane: { blocked: null, paused: true } }, stuck)?.code).toBe('lane_paused')
  })

  it('says what to do in each case', () => {
    for (const [, around, member] of reasons) {
      const told = waitsFor({ ...calm, ...around }, { ...open, ...member })
      expect(told?.detail).toMatch(/\.$/)
      expect(told?.action).toMatch(/\.$/)
    }
  })
})

describe('rosterWaitsFor', () => {
  const plan = { id: 'rec-7', at: 7, remove: 2, removals: ['u-1', 'u-2'] }
  const outer: [Partial<WaitSurroundings>, object][] = [
    [
      { lane: { blocked: problem, paused: false } },
      { code: 'lane_blocked', since: 1, who: expect.stringContaining('Admin of the Apple team') },
    ],
    [
      { lane: { blocked: { ...problem, code: 'key_forbidden' }, paused: false } },
      { code: 'lane_blocked', who: 'The Account Holder or an Admin of the Apple team' },
    ],
    [
      { lane: { blocked: { ...problem, code: 'agreement_required' }, paused: false } },
      { code: 'lane_blocked', who: 'The Account Holder of the Apple team' },
    ],
    [{ lane: { blocked: null, paused: true, pausedAt: 5 } }, { code: 'lane_paused', since: 5, who: 'An operator' }],
    [
      { roster: { blocked: { ...problem, code: 'group_gone' }, paused: false } },
      { code: 'roster_blocked', since: 1, who: 'An operator' },
    ],
    [{ roster: { blocked: null, paused: true, pausedAt: 6 } }, { code: 'roster_paused', since: 6, who: 'An operator' }],
    [
      { held: [plan] },
      {
        code: 'roster_held',
        since: 7,
        who: 'An operator',
        detail: 'A plan that would remove 2 people waits for a decision.',
      },
    ],
  ]
  const inner: [Partial<WaitSurroundings>, object][] = [
    [{ worker: { seenAt: 3 } }, { code: 'no_worker', since: 3, who: 'Whoever runs Flightroster' }],
    [{ budget: { since: 4, until: NOW + 60_000 } }, { code: 'budget', since: 4, until: NOW + 60_000, who: null }],
    [
      { budget: { since: 4, until: NOW + 60_000, isAsked: true } },
      { code: 'budget', until: NOW + 60_000, detail: expect.stringContaining('asked for fewer calls') },
    ],
    [{}, { code: 'backlog', until: NOW + 5_000, who: null }],
  ]

  it.each([...outer, ...inner])(
    'tells what is outermost, since when, until when and who has to do something: %j',
    (around, told) => {
      expect(rosterWaitsFor({ ...calm, ...around }, true)).toMatchObject(told)
    },
  )

  it('tells what stops a roster also where nothing is on its way, and nothing else', () => {
    for (const [around, told] of outer) expect(rosterWaitsFor({ ...calm, ...around }, false)).toMatchObject(told)
    for (const [around] of inner) expect(rosterWaitsFor({ ...calm, ...around }, false)).toBeNull()
  })
})
