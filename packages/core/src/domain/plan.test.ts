import { describe, expect, it } from 'vitest'
import { NOTHING_OBSERVED } from './member.ts'
import {
  NOW,
  wants,
  inGroup,
  writing,
  type Case,
  plan,
  known,
  absent,
  nowhere,
  unsearchable,
} from '../../testing/plan-case.ts'
import type { Step } from './step.ts'

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
