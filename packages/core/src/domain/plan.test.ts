import { describe, expect, it } from 'vitest'
import { NOTHING_OBSERVED, type Desired, type Observed, type Writing } from './member.ts'
import {
  beginMove,
  dropWriting,
  mayBeHidden,
  NOT_ASKED,
  planStep,
  type KnownTester,
  type PlanInput,
  type Step,
} from './plan.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')

const wants: Desired = {
  v: 1,
  version: 3,
  present: true,
  email: 'ann@example.com',
  firstName: null,
  lastName: null,
  time: NOW,
  at: NOW,
  index: [],
  joined: 1,
}
const left: Desired = { ...wants, present: false }
const inGroup: Observed = {
  ...NOTHING_OBSERVED,
  converged: 3,
  email: 'ann@example.com',
  state: 'invited',
  confirmed: true,
  observedAt: NOW,
}
const writing = (change: Partial<Writing>): Observed => ({
  ...NOTHING_OBSERVED,
  email: 'ann@example.com',
  writing: { kind: 'add', email: 'ann@example.com', at: NOW, reads: 0, answer: 'lost', ...change },
})

interface Case {
  desired?: Desired
  observed?: Observed
  tester?: KnownTester
  change?: Partial<PlanInput>
}

function plan({ desired = wants, observed = NOTHING_OBSERVED, tester = NOT_ASKED, change = {} }: Case): Step {
  return planStep({
    now: NOW,
    desired,
    observed,
    policies: { removal: 'group' },
    fresh: false,
    invite: false,
    lack: null,
    lookUpFirst: false,
    knownTester: () => tester,
    twin: () => null,
    wantedHere: () => false,
    comingHere: () => false,
    unseen: () => false,
    wantedElsewhere: () => false,
    seatedElsewhere: () => false,
    leavesAppSince: () => null,
    ...change,
  })
}

const known: KnownTester = { is: 'found', id: 't-1', state: null }
const absent: KnownTester = { is: 'absent', within: 'app' }
const nowhere: KnownTester = { is: 'absent', within: 'account' }
const unsearchable: KnownTester = { is: 'unknown', unsearchable: true }

describe('planStep for a member who should be in', () => {
  const cases: [string, Case, Partial<Step>][] = [
    ['creates a single unknown person in one call', {}, { do: 'create' }],
    ['looks several unknown people up first', { change: { lookUpFirst: true } }, { do: 'look_up' }],
    ['creates who was looked up and not found', { tester: absent, change: { lookUpFirst: true } }, { do: 'create' }],
    ['adds a known tester by id', { tester: known }, { do: 'add', testerId: 't-1' }],
    ['settles who is in', { observed: inGroup }, { do: 'settle', status: 'invited' }],
    ['waits for an address', { desired: { ...wants, email: null } }, { do: 'settle', problem: 'address_missing' }],
    [
      'takes a cleared address out before it waits for another',
      {
        desired: { ...wants, email: null },
        observed: { ...NOTHING_OBSERVED, leaving: ['ann@example.com'] },
        tester: known,
      },
      { do: 'remove', email: 'ann@example.com' },
    ],
    ['reads Apple first when asked to', { observed: inGroup, change: { fresh: true } }, { do: 'read_membership' }],
    [
      'takes the seat of a fellow member with the same address',
      { change: { twin: () => inGroup } },
      { do: 'settle', status: 'invited' },
    ],
    [
      'waits two seconds before it reads after a lost answer',
      { observed: writing({}) },
      { do: 'wait', until: NOW + 2_000 },
    ],
    [
      'reads once after a lost answer',
      { observed: writing({}), change: { now: NOW + 2_000 } },
      { do: 'read_membership' },
    ],
    [
      'writes again when the read after a lost answer shows nothing',
      { observed: writing({ reads: 1 }), tester: known, change: { now: NOW + 2_100 } },
      { do: 'add' },
    ],
    [
      'waits for a removal of ours that was not answered, where the person is wanted in again',
      { observed: { ...inGroup, ...writing({ kind: 'remove' }), confirmed: true }, tester: known },
      { do: 'wait', until: NOW + 2_000 },
    ],
    [
      'puts such a person in again, whatever was known or read of the group before',
      {
        observed: { ...inGroup, ...writing({ kind: 'remove', reads: 1 }), confirmed: true },
        tester: known,
        change: { now: NOW + 2_000, fresh: true },
      },
      { do: 'add', testerId: 't-1' },
    ],
    [
      'waits longer before each further read of a confirmed add',
      { observed: writing({ answer: 'confirmed', reads: 2 }) },
      { do: 'wait', until: NOW + 10_000 },
    ],
    [
      'gives up a confirmed add that no read shows for a minute',
      { observed: writing({ answer: 'confirmed', reads: 5 }), change: { now: NOW + 61_000 } },
      { do: 'give_up', code: 'apple_refused' },
    ],
    [
      'enters only once the removal of the address from the app is over, which another member has asked for',
      { change: { leavesAppSince: () => NOW - 5_000 } },
      { do: 'wait', until: NOW + 2_000, status: 'pending' },
    ],
    [
      'does not wait for ever for a removal that another roster does not go on with',
      { change: { leavesAppSince: () => NOW - 120_000 } },
      { do: 'create' },
    ],
    [
      'reads the group at once after a refused add',
      { observed: writing({ answer: 'refused' }) },
      { do: 'read_membership' },
    ],
    [
      'looks for the tester at once after a refused create',
      { observed: writing({ kind: 'create', answer: 'refused' }) },
      { do: 'look_up' },
    ],
    [
      'looks once over the account after a refused create whose tester is not in the app',
      { observed: writing({ kind: 'create', answer: 'refused' }), tester: absent },
      { do: 'look_up', within: 'account' },
    ],
    [
      'spends no further read on a refused create whose tester is nowhere in the account',
      { observed: writing({ kind: 'create', answer: 'refused' }), tester: nowhere },
      { do: 'give_up', code: 'apple_refused' },
    ],
    [
      'believes nothing of a refused create whose address can not be searched for',
      { observed: writing({ kind: 'create', answer: 'refused' }), tester: unsearchable },
      { do: 'give_up', code: 'apple_refused' },
    ],
    [
      'creates whom Apple can not search for: the create says whether the address is good',
      { tester: unsearchable, change: { lookUpFirst: true } },
      { do: 'create' },
    ],
    [
      'reads the group after a create that named somebody who was there before',
      { observed: writing({ kind: 'create', answer: 'older' }), tester: known, change: { now: NOW + 2_000 } },
      { do: 'read_membership' },
    ],
    [
      'adds by id whom a create named and two reads did not show',
      { observed: writing({ kind: 'create', answer: 'older', reads: 2 }), tester: known },
      { do: 'add', testerId: 't-1' },
    ],
    [
      'takes out at app level whom a create named as one who had stopped',
      {
        observed: writing({ kind: 'create', answer: 'older', reads: 2 }),
        tester: { is: 'found', id: 't-1', state: 'revoked' },
      },
      { do: 'remove_app', testerId: 't-1' },
    ],
    [
      'never sends an invitation again that may have gone out',
      {
        observed: { ...inGroup, writing: writing({ kind: 'invite' }).writing },
        tester: known,
        change: { invite: true },
      },
      { do: 'end_invitation', code: 'invitation_unknown' },
    ],
    [
      'waits for what its own entry mails before it sends the invitation that was asked for',
      { observed: { ...inGroup, state: 'not_invited' }, tester: known, change: { invite: true } },
      { do: 'wait' },
    ],
    [
      'sends the invitation that was asked for once the state has settled',
      { observed: { ...inGroup, state: 'not_invited', settledState: true }, tester: known, change: { invite: true } },
      { do: 'invite' },
    ],
    [
      'reads the group after a refused create that was found in the app',
      { observed: writing({ kind: 'create', answer: 'refused' }), tester: known },
      { do: 'read_membership' },
    ],
    [
      'adds by id after a refused create that was found in the app, and not in the group',
      { observed: writing({ kind: 'create', answer: 'refused', reads: 1 }), tester: known },
      { do: 'add', testerId: 't-1' },
    ],
    [
      'gives up an add that is refused and not shown, for a later attempt',
      { observed: writing({ answer: 'refused', reads: 1 }), tester: known },
      { do: 'give_up' },
    ],
    [
      'reads the state of a fresh create once more, later',
      { observed: { ...inGroup, state: 'not_invited' } },
      { do: 'wait', until: NOW + 10_000, status: 'not_invited' },
    ],
    [
      'says at once why nobody of the group is invited, where that is known of its builds',
      { observed: { ...inGroup, state: 'not_invited' }, change: { lack: 'build_not_released' } },
      { do: 'wait', status: 'not_invited', problem: 'build_not_released' },
    ],
    [
      'goes on saying that no build was released once the state has settled',
      { observed: { ...inGroup, state: 'not_invited', settledState: true }, change: { lack: 'build_not_released' } },
      { do: 'settle', status: 'not_invited', problem: 'build_not_released' },
    ],
    [
      'says that a build is missing once the state has settled',
      { observed: { ...inGroup, state: 'not_invited', settledState: true } },
      { do: 'settle', status: 'not_invited', problem: 'build_missing' },
    ],
    [
      'reports a person who stopped testing',
      { observed: { ...inGroup, state: 'revoked' } },
      { do: 'settle', status: 'revoked', problem: 'testing_stopped' },
    ],
    [
      'takes a stopped person out at app level after a new join',
      { observed: { ...inGroup, state: 'revoked' }, desired: { ...wants, version: 4, joined: 4 }, tester: known },
      { do: 'remove_app', testerId: 't-1' },
    ],
    [
      'takes the row of a stopped person out of the app where another roster wants the person too, and has not got it',
      { tester: { ...known, state: 'revoked' }, change: { wantedElsewhere: () => true } },
      { do: 'remove_app', testerId: 't-1' },
    ],
    [
      'puts the row of a stopped person that another roster has in its group beside it',
      { tester: { ...known, state: 'revoked' }, change: { wantedElsewhere: () => true, seatedElsewhere: () => true } },
      { do: 'add', testerId: 't-1' },
    ],
    [
      'makes a new tester where only the row is there that its own removal from the app has left',
      {
        observed: { ...NOTHING_OBSERVED, revived: 4, converged: 3 },
        desired: { ...wants, version: 4, joined: 4 },
        tester: { ...known, state: 'revoked' },
        change: { wantedElsewhere: () => true },
      },
      { do: 'create' },
    ],
    [
      'reports a stopped person whose row Apple did not let come in beside another roster',
      {
        observed: { ...NOTHING_OBSERVED, revived: 4 },
        desired: { ...wants, version: 4, joined: 4 },
        tester: { ...known, state: 'revoked' },
        change: { wantedElsewhere: () => true, seatedElsewhere: () => true },
      },
      { do: 'settle', status: 'revoked' },
    ],
    [
      'takes a stopped person back in once per join only',
      { observed: { ...inGroup, state: 'revoked', revived: 4 }, desired: { ...wants, version: 4, joined: 4 } },
      { do: 'settle', status: 'revoked' },
    ],
    [
      'waits until a stopped person is gone from the app before the create',
      { observed: writing({ kind: 'remove_app', answer: 'confirmed' }), tester: known },
      { do: 'wait', until: NOW + 2_000 },
    ],
    [
      'waits until they are gone from this group where another roster puts the person back into the app meanwhile',
      {
        observed: writing({ kind: 'remove_app', answer: 'confirmed', at: NOW - 2_000 }),
        tester: known,
        change: { wantedElsewhere: () => true },
      },
      { do: 'read_membership' },
    ],
    [
      'tries anew what a removal at app level left, when somebody put the person back by hand',
      { observed: writing({ kind: 'remove_app', answer: 'confirmed', reads: 9 }), tester: known },
      { do: 'give_up', code: 'apple_refused' },
    ],
    [
      'takes the former address out once the new one is in',
      { observed: { ...inGroup, leaving: ['old@example.com'] }, tester: known },
      { do: 'remove', email: 'old@example.com' },
    ],
    [
      'invites once more after a move of someone who had accepted',
      { observed: { ...inGroup, invite: true }, tester: known },
      { do: 'invite', testerId: 't-1' },
    ],
  ]
  it.each(cases)('%s', (_name, input, expected) => {
    expect(plan(input)).toMatchObject(expected)
  })
})

describe('planStep for a member who should be out', () => {
  const cases: [string, Case, Partial<Step>][] = [
    ['settles who was never in', {}, { do: 'settle', status: 'removed' }],
    ['removes by the id it knows', { observed: inGroup, tester: known }, { do: 'remove', testerId: 't-1' }],
    ['asks the group for an id that it does not know', { observed: inGroup }, { do: 'read_membership' }],
    [
      'asks the group about whom the app does not show',
      { observed: inGroup, tester: absent },
      { do: 'read_membership' },
    ],
    [
      'believes nothing of an address that can not be searched for',
      { observed: inGroup, tester: unsearchable },
      { do: 'give_up' },
    ],
    [
      'looks the app up where the whole app is to be left',
      { observed: inGroup, change: { policies: { removal: 'app' } } },
      { do: 'look_up', within: 'app' },
    ],
    [
      'asks the group last whether a removal from the app has finished',
      { observed: writing({ kind: 'remove_app', answer: 'confirmed' }), tester: absent },
      { do: 'read_membership' },
    ],
    [
      'reads the group after a refused removal from the app',
      { observed: writing({ kind: 'remove_app', answer: 'refused' }), tester: known },
      { do: 'read_membership' },
    ],
    [
      'leaves the tester in for a fellow member who is in by the same address',
      { observed: inGroup, tester: known, change: { wantedHere: () => true, twin: () => inGroup } },
      { do: 'forget', isTheirs: true },
    ],
    [
      'keeps the address while the fellow member who wants it is on the way, and may turn back',
      { observed: inGroup, tester: known, change: { wantedHere: () => true, comingHere: () => true } },
      { do: 'wait', until: NOW + 2_000, status: 'removed' },
    ],
    [
      'looks for that fellow member ever more seldom',
      {
        observed: inGroup,
        change: { wantedHere: () => true, comingHere: () => true, now: NOW + 40_000 },
      },
      { do: 'wait', until: NOW + 50_000 },
    ],
    [
      'leaves it to complete listings where that fellow member does not come',
      { observed: inGroup, change: { wantedHere: () => true, comingHere: () => true, now: NOW + 3_600_001 } },
      { do: 'forget', isTheirs: false },
    ],
    [
      'sees a removal from the app through, though a fellow member wants the address by now',
      {
        observed: writing({ kind: 'remove_app', answer: 'confirmed', at: NOW - 2_000 }),
        tester: known,
        change: { wantedHere: () => true, comingHere: () => true },
      },
      { do: 'look_up' },
    ],
    [
      'removes at app level when the roster says so',
      { observed: inGroup, tester: known, change: { policies: { removal: 'app' } } },
      { do: 'remove_app' },
    ],
    [
      'removes from the group alone while another roster of the app wants the person',
      { observed: inGroup, tester: known, change: { policies: { removal: 'app' }, wantedElsewhere: () => true } },
      { do: 'remove' },
    ],
    [
      'looks whether a person removed at app level is gone from the app',
      { observed: writing({ kind: 'remove_app', answer: 'confirmed', at: NOW - 2_000 }), tester: known },
      { do: 'look_up' },
    ],
    [
      'looks at the group alone where Apple can not search for the address that was removed from the app',
      {
        observed: writing({ kind: 'remove_app', answer: 'confirmed', at: NOW - 2_000 }),
        tester: { is: 'unknown', unsearchable: true },
      },
      { do: 'read_membership' },
    ],
    [
      'looks at the group alone where another roster has put the person back into the app meanwhile',
      {
        observed: writing({ kind: 'remove_app', answer: 'confirmed', at: NOW - 2_000 }),
        tester: known,
        change: { wantedElsewhere: () => true },
      },
      { do: 'read_membership' },
    ],
    [
      'does not take a just created tester for gone while reads lag',
      { observed: writing({ kind: 'create' }), tester: absent, change: { unseen: () => true } },
      { do: 'wait', until: NOW + 2_000 },
    ],
    [
      'removes a tester whose membership ended while the add was in flight',
      { observed: writing({ answer: 'confirmed' }), tester: known },
      { do: 'remove', testerId: 't-1' },
    ],
  ]
  it.each(cases)('%s', (_name, input, expected) => {
    expect(plan({ desired: left, ...input })).toMatchObject(expected)
  })
})

describe('beginMove', () => {
  it('puts the former address among those that leave, and forgets what was known of it', () => {
    const moved = beginMove({ ...wants, email: 'new@example.com' }, { ...inGroup, state: 'installed' })
    expect(moved).toMatchObject({ email: null, confirmed: false, leaving: ['ann@example.com'], invite: true })
  })
  it('takes an address that comes back from among those that leave', () => {
    const back = beginMove(wants, { ...NOTHING_OBSERVED, leaving: ['ANN@example.com'] })
    expect(back.leaving).toEqual([])
  })
  it('remembers that an address which comes back may still be in, so that it leaves when the member moves on', () => {
    const next = { ...wants, email: 'new@example.com' }
    const moved = beginMove(next, { ...inGroup, state: 'accepted' })
    const back = beginMove(wants, moved)
    expect(back).toMatchObject({ email: 'ann@example.com', confirmed: false, leaving: [], invite: false })
    expect(beginMove(next, back)).toMatchObject({ email: null, leaving: ['ann@example.com'] })
    expect(beginMove({ ...wants, email: null }, back).leaving).toEqual(['ann@example.com'])
    const entered = { ...moved, email: 'new@example.com', state: 'invited' as const, confirmed: true }
    expect(beginMove(wants, entered)).toMatchObject({ email: 'ann@example.com', leaving: ['new@example.com'] })
  })
  it('lets a cleared address leave, as in a change of address', () => {
    expect(beginMove({ ...wants, email: null }, inGroup)).toMatchObject({
      email: null,
      confirmed: false,
      leaving: ['ann@example.com'],
    })
  })
  it.each(['lost', 'confirmed', 'refused'] as const)(
    'keeps in mind when an entry was sent whose answer was %s',
    (answer) => {
      const entry: Writing = { kind: 'create', email: 'ann@example.com', at: NOW, reads: 0, answer }
      const observed: Observed = { ...NOTHING_OBSERVED, email: 'ann@example.com', writing: entry }
      const next = { ...wants, email: 'new@example.com' }
      const moved = beginMove(next, observed)
      expect(moved).toMatchObject({
        writing: null,
        leaving: ['ann@example.com'],
        former: [{ email: 'ann@example.com', at: NOW }],
      })
      expect(plan({ desired: next, observed: moved })).toMatchObject({ do: 'create', email: 'new@example.com' })
      const entered = { ...moved, email: 'new@example.com', state: 'invited' as const, confirmed: true }
      const unseen = { unseen: () => true }
      expect(plan({ desired: next, observed: entered })).toMatchObject({ do: 'read_membership' })
      expect(plan({ desired: next, observed: entered, change: unseen })).toMatchObject({
        do: 'wait',
        until: NOW + 2_000,
      })
      const late = { ...unseen, now: NOW + 30_000 }
      expect(plan({ desired: next, observed: entered, change: late })).toMatchObject({
        do: 'wait',
        until: NOW + 60_000,
      })
    },
  )
  it('takes an address of another case for the same', () => {
    expect(beginMove({ ...wants, email: 'Ann@Example.com' }, inGroup)).toMatchObject({ confirmed: true })
  })
})

describe('a write that is given up', () => {
  it.each(['create', 'add'] as const)('leaves word of when the address may have entered: %s', (kind) => {
    const dropped = dropWriting(writing({ kind, answer: 'refused' }))
    expect(dropped).toMatchObject({ writing: null, former: [{ email: 'ann@example.com', at: NOW }] })
    expect(mayBeHidden(dropped, 'ANN@example.com', NOW + 59_999)).toBe(true)
    expect(mayBeHidden(dropped, 'ann@example.com', NOW + 60_000)).toBe(false)
  })
  it.each(['remove', 'remove_app', 'invite'] as const)('leaves none where it puts nobody in: %s', (kind) => {
    expect(dropWriting(writing({ kind, answer: 'refused' }))).toMatchObject({ writing: null, former: [] })
  })
})

describe('the next step for somebody whose seat was taken back', () => {
  const out: Observed = { ...NOTHING_OBSERVED, converged: 3, reclaimed: 1 }
  const leaving: Observed = { ...inGroup, converged: 2, reclaimed: 1 }
  it.each<[string, Case, Partial<Step>]>([
    [
      'takes the tester out of the app, whatever the roster says',
      { observed: leaving, tester: known },
      { do: 'remove_app' },
    ],
    ['looks the app up where no id is known', { observed: leaving }, { do: 'look_up', within: 'app' }],
    [
      'waits five seconds before it looks whether Apple is done',
      {
        observed: {
          ...leaving,
          writing: { kind: 'remove_app', email: 'ann@example.com', at: NOW - 2_000, reads: 0, answer: 'confirmed' },
        },
        tester: known,
      },
      { do: 'wait', until: NOW + 3_000 },
    ],
    [
      'is done once the tester is out',
      { observed: out },
      { do: 'settle', status: 'reclaimed', problem: 'idle_reclaimed' },
    ],
    [
      'sends no invitation',
      { observed: out, change: { invite: true, fresh: true } },
      { do: 'settle', status: 'reclaimed' },
    ],
    [
      'puts the person in again for a newer join',
      { observed: out, desired: { ...wants, joined: 3 } },
      { do: 'create' },
    ],
    [
      'is that of anybody once the membership has ended',
      { observed: out, desired: left },
      { do: 'settle', status: 'removed' },
    ],
  ])('%s', (_name, given, step) => {
    expect(plan(given)).toMatchObject(step)
  })

  it('is made without a mail after a move, and forgets the reclaim once a newer join came', () => {
    const moved = beginMove({ ...wants, email: 'new@example.com' }, { ...leaving, state: 'accepted' })
    expect(moved).toMatchObject({ email: 'ann@example.com', invite: false, reclaimed: 1 })
    expect(beginMove({ ...wants, joined: 3 }, leaving).reclaimed).toBeNull()
  })
})
