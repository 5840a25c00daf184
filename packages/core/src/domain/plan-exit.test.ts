import { describe, expect, it } from 'vitest'
import {
  NOW,
  wants,
  left,
  inGroup,
  writing,
  type Case,
  plan,
  known,
  absent,
  unsearchable,
} from '../../testing/plan-case.ts'
import { beginMove } from './former-addresses.ts'
import { NOTHING_OBSERVED, type Observed } from './member.ts'
import type { Step } from './step.ts'

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
