import { type AnswerRow, wrote, joins, none, ann, madeAnn, cannotBeAssigned, group, KNOWN } from './answer-row.ts'
import { refuses } from '../turn-rig.ts'

/** Looking for somebody again after a create or an add. */
export const READ_BACK_ANSWERS: AnswerRow[] = [
  {
    name: 'a read after a lost create that shows the person',
    member: joins(wrote('create', 'lost')),
    turn: [['read group', ann()]],
    ends: 'done invited',
  },
  {
    name: 'a read after a lost create that shows nobody',
    member: joins(wrote('create', 'lost')),
    turn: [
      ['read group', none],
      ['create', madeAnn()],
    ],
    ends: 'done invited',
  },
  {
    name: 'a read after a confirmed add that lags',
    member: joins(wrote('add', 'confirmed', 1, 6)),
    turn: [['read group', none]],
    ends: 'later pending',
  },
  {
    name: 'an add refused because the person is in',
    member: joins(),
    turn: [
      ['add', cannotBeAssigned],
      ['get group', group],
      ['read group', ann('ACCEPTED')],
    ],
    ends: 'done accepted',
    also: KNOWN,
  },
  {
    name: 'an add refused with words about an address: read, not believed',
    member: joins(),
    turn: [
      ['add', refuses(409, 'STATE_ERROR', { detail: 'The email is not valid' })],
      ['get group', group],
      ['read group', none],
      ['look up in app', ann()],
    ],
    ends: 'retry apple_refused',
    also: KNOWN,
  },
]
