import { type AnswerRow, ANN, IN, asks, ann, madeAnn, KNOWN } from './answer-row.ts'
import { NOW, refuses } from '../turn-rig.ts'

/** An invitation that was asked for. */
export const INVITE_ANSWERS: AnswerRow[] = [
  {
    name: 'an invitation',
    member: asks(),
    turn: [['invite', { status: 201, body: { data: { id: 'i-1' } } }]],
    ends: 'done invited',
    also: KNOWN,
  },
  {
    name: 'an invitation into a group without a build',
    member: asks(),
    turn: [['invite', refuses(409, 'STATE_ERROR.TESTER_INVITE.NO_INSTALLABLE_BUILDS')]],
    ends: 'done not_invited build_missing',
    also: KNOWN,
  },
  {
    name: 'an invitation of somebody who has accepted',
    member: asks(),
    turn: [
      ['invite', refuses(409, 'STATE_ERROR.TESTER_INVITE.ALREADY_ACCEPTED')],
      ['read group', ann('ACCEPTED')],
    ],
    ends: 'done accepted',
    also: KNOWN,
  },
  {
    name: 'an invitation without an answer',
    member: asks(),
    turn: [['invite', 'lost']],
    ends: 'done invited invitation_unknown',
    also: KNOWN,
  },
  {
    name: 'an invitation that meets a 500',
    member: asks(),
    turn: [['invite', { status: 500 }]],
    ends: 'done invited invitation_unknown',
    also: KNOWN,
  },
  {
    name: 'an invitation whose worker died on the way',
    member: {
      ...asks(),
      observed: { ...IN, writing: { kind: 'invite', email: ANN, at: NOW, reads: 0, answer: 'lost' } },
    },
    turn: [],
    ends: 'done invited invitation_unknown',
    also: KNOWN,
  },
  {
    name: 'an invitation that was never sent',
    member: asks(),
    turn: [['invite', 'never sent']],
    ends: 'retry apple_unreachable',
    also: KNOWN,
  },
  {
    name: 'an invitation that this one endpoint refuses with a bare 403',
    member: asks(),
    turn: [['invite', { status: 403 }]],
    ends: 'retry call_forbidden',
    also: KNOWN,
  },
  {
    name: 'an invitation refused at the last attempt',
    member: { ...asks(), isLastAttempt: true },
    turn: [['invite', refuses(409, 'STATE_ERROR')]],
    ends: 'done invited invitation_refused',
    also: KNOWN,
  },
  {
    name: 'an invitation that Apple does not understand',
    member: asks(),
    turn: [['invite', refuses(400, 'PARAMETER_ERROR.ILLEGAL')]],
    ends: 'done invited invitation_refused',
    also: KNOWN,
  },
  {
    name: 'an invitation asked for on the way in: the create has mailed',
    member: { email: ANN, invite: true },
    turn: [['create', madeAnn()]],
    ends: 'done invited',
  },
]
