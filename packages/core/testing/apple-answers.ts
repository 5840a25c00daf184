import { NOTHING_OBSERVED, type Observed, type Writing } from '../src/domain/member.ts'
import { made, NOW, refuses, shows, type Answer, type Asked, type BatchScript, type TurnMember } from './turn-rig.ts'

/**
 * Apple's answer → our step, as data. To add a case: say who it is about (`member`), what is asked and answered in order (`turn`),
 * and how the turn ends for that person (`ends`). `there`: Apple has the person in the group at the end, whatever it answers; then
 * no ending may read "removed".
 */
export interface AnswerRow {
  name: string
  member: TurnMember
  turn: [asked: Asked, answer: Answer][]
  ends: string
  there?: boolean
  also?: Partial<Pick<BatchScript, 'roster' | 'known' | 'removedAt' | 'wantedElsewhere' | 'elsewhere' | 'lack' | 'key'>>
}

const ANN = 'ann@example.com'
const IN: Partial<Observed> = { email: ANN, state: 'invited', confirmed: true, observedAt: NOW, settledState: true }

const wrote = (kind: Writing['kind'], answer: Writing['answer'], reads = 0, secondsAgo = 100): Partial<Observed> => ({
  ...NOTHING_OBSERVED,
  email: ANN,
  writing: { kind, email: ANN, at: NOW - secondsAgo * 1_000, reads, answer },
})

const joins = (observed: Partial<Observed> = {}): TurnMember => ({ email: ANN, observed })
const leaves = (observed: Partial<Observed> = IN): TurnMember => ({ email: ANN, present: false, observed })
const asks = (observed: Partial<Observed> = {}): TurnMember => ({
  email: ANN,
  invite: true,
  observed: { ...IN, ...observed },
})

const none = shows()
const ann = (state = 'INVITED', id = 't-1') => shows({ id, email: ANN, state })
const madeAnn = (state = 'INVITED', id = 't-1') => made({ id, email: ANN, state })
const done: Answer = { status: 204 }
const exists = refuses(409, 'STATE_ERROR', { detail: 'A beta tester with this information already exists' })
const cannotBeAssigned = refuses(409, 'STATE_ERROR', { detail: 'Tester(s) cannot be assigned' })
const group: Answer = {
  status: 200,
  body: { data: { type: 'betaGroups', id: 'g-1', attributes: { name: 'Gold' }, relationships: {} } },
}
const fullApp = refuses(409, 'STATE_ERROR', { detail: 'The app has reached the maximum number of testers' })
const email = '/data/attributes/email'
const KNOWN = { known: { [ANN]: 't-1' } }
const APP = { roster: { removal: 'app' as const } }

export const ANSWERS: AnswerRow[] = [
  // A create
  { name: 'a create that names the person', member: joins(), turn: [['create', madeAnn()]], ends: 'done invited' },
  {
    name: 'a create before the mail goes out',
    member: joins(),
    turn: [['create', madeAnn('NOT_INVITED')]],
    ends: 'later not_invited',
  },
  {
    name: 'a create into a group of which no build is released',
    member: joins(),
    turn: [['create', madeAnn('NOT_INVITED')]],
    ends: 'later not_invited build_not_released',
    also: { lack: 'build_not_released' },
  },
  {
    name: 'a create without a state',
    member: joins(),
    turn: [['create', { status: 201, body: { data: { type: 'betaTesters', id: 't-1', attributes: { email: ANN } } } }]],
    ends: 'later invited',
  },
  {
    name: 'a create that names another address',
    member: joins(),
    turn: [['create', made({ id: 't-9', email: 'bob@example.com' })]],
    ends: 'retry apple_answer_unreadable',
  },
  ...(['ACCEPTED', 'INSTALLED', 'REVOKED'] as const).map((state): AnswerRow => ({
    name: `a create that shows somebody who was there before (${state})`,
    member: joins(),
    turn: [['create', madeAnn(state)]],
    ends: 'later pending',
  })),
  {
    name: 'a create that shows an id of another app',
    member: joins(),
    turn: [['create', madeAnn('INVITED', 'other-1')]],
    ends: 'later pending',
    also: { elsewhere: ['other-1'] },
  },
  {
    name: 'an older tester whom the group shows',
    member: joins(wrote('create', 'older')),
    turn: [['read group', ann('ACCEPTED')]],
    ends: 'done accepted',
    also: KNOWN,
  },
  {
    name: 'an older tester whom two reads do not show',
    member: joins(wrote('create', 'older', 1)),
    turn: [
      ['read group', none],
      ['add', done],
    ],
    ends: 'later pending',
    also: KNOWN,
  },
  {
    name: 'an entry without an answer of somebody whom we took out a moment before, and whom reads that lag still show',
    member: joins(wrote('create', 'lost', 0, 5)),
    turn: [
      ['read group', ann()],
      ['add', done],
    ],
    ends: 'later pending',
    also: { removedAt: NOW - 10_000 },
  },
  {
    name: 'an entry without an answer of somebody whom we took out long before',
    member: joins(wrote('create', 'lost', 0, 5)),
    turn: [['read group', ann()]],
    ends: 'done invited',
    also: { removedAt: NOW - 60_000 },
  },
  { name: 'a create without an answer', member: joins(), turn: [['create', 'lost']], ends: 'retry apple_unreachable' },
  {
    name: 'a create that was never sent',
    member: joins(),
    turn: [['create', 'never sent']],
    ends: 'retry apple_unreachable',
  },
  {
    name: 'a create that meets a 500',
    member: joins(),
    turn: [['create', { status: 500 }]],
    ends: 'retry apple_unavailable',
  },
  {
    name: 'a create answered by a page of some proxy',
    member: joins(),
    turn: [['create', { status: 200, body: '<html>' }]],
    ends: 'retry apple_answer_unreadable',
  },
  ...(
    [
      ['by its pointer', 400, refuses(400, 'PARAMETER_ERROR.INVALID', { pointer: email })],
      ['by its pointer', 409, refuses(409, 'ENTITY_ERROR.ATTRIBUTE.INVALID', { pointer: email })],
      ['by its pointer', 422, refuses(422, 'ENTITY_UNPROCESSABLE', { pointer: email })],
      ['by a place within it', 409, refuses(409, 'ENTITY_ERROR.ATTRIBUTE.TYPE', { pointer: `${email}/0` })],
      ['as a parameter', 400, refuses(400, 'PARAMETER_ERROR.INVALID', { parameter: 'email' })],
      ['by its words', 409, refuses(409, 'STATE_ERROR', { detail: 'The email is blocked' })],
      ['by quoting it', 422, refuses(422, 'SOMETHING.NEW', { detail: `${ANN} cannot be invited` })],
    ] as const
  ).map(([how, status, answer]): AnswerRow => ({
    name: `a create refused by ${status} that names the e-mail ${how}`,
    member: joins(),
    turn: [['create', answer]],
    ends: 'done failed address_invalid',
  })),
  {
    name: 'a create that Apple does not understand',
    member: joins(),
    turn: [['create', refuses(400, 'PARAMETER_ERROR.ILLEGAL', { parameter: 'x' })]],
    ends: 'done failed apple_request_invalid',
  },
  { name: 'a create into a full app', member: joins(), turn: [['create', fullApp]], ends: 'in_line' },
  {
    name: 'a refused create of somebody in the app and in the group',
    member: joins(),
    turn: [
      ['create', exists],
      ['get group', group],
      ['look up in app', ann()],
      ['read group', ann()],
    ],
    ends: 'done invited',
  },
  {
    name: 'a refused create whose pointer names the e-mail and whose words say that the tester exists',
    member: joins(),
    turn: [
      ['create', refuses(409, 'ENTITY_ERROR', { pointer: email, detail: 'A tester with this email exists already' })],
      ['get group', group],
      ['look up in app', ann()],
      ['read group', ann('INSTALLED')],
    ],
    ends: 'done installed',
  },
  {
    name: 'a refused create of somebody in the app and not in the group',
    member: joins(),
    turn: [
      ['create', exists],
      ['get group', group],
      ['look up in app', ann()],
      ['read group', none],
      ['add', done],
    ],
    ends: 'later pending',
  },
  {
    name: 'a refused create of somebody whom only the account shows',
    member: joins(),
    turn: [
      ['create', exists],
      ['get group', group],
      ['look up in app', none],
      ['look up in account', ann('INVITED', 'team-1')],
      ['read group', none],
      ['add', done],
    ],
    ends: 'later pending',
  },
  {
    name: 'a refused create of somebody whom the account shows with an id that is of another app',
    member: joins(),
    turn: [
      ['create', exists],
      ['get group', group],
      ['look up in app', none],
      ['look up in account', ann('INVITED', 'other-1')],
      ['read group', none],
      ['add', cannotBeAssigned],
      ['read group', none],
      ['look up in app', none],
    ],
    ends: 'retry apple_refused',
  },
  {
    name: 'a refused create of somebody whom nothing shows',
    member: joins(),
    turn: [
      ['create', exists],
      ['get group', group],
      ['look up in app', none],
      ['look up in account', none],
    ],
    ends: 'retry apple_refused',
  },
  {
    name: 'a create that this one endpoint refuses with a bare 403',
    member: joins(),
    turn: [['create', { status: 403 }]],
    ends: 'retry call_forbidden',
  },
  {
    name: 'a create with a token that was rejected by chance',
    member: joins(),
    turn: [
      ['create', { status: 401 }],
      ['create', madeAnn()],
    ],
    ends: 'done invited',
  },
  {
    name: 'a create with a token that is rejected again and again though the key works',
    member: joins(),
    turn: [
      ['create', { status: 401 }],
      ['create', { status: 401 }],
      ['create', { status: 401 }],
    ],
    ends: 'retry call_forbidden',
  },
  {
    name: 'a create with a key that is rejected',
    member: joins(),
    turn: [['create', { status: 401 }]],
    ends: 'give_back',
    also: { key: 'stopped' },
  },
  { name: 'a create that meets a 429', member: joins(), turn: [['create', { status: 429 }]], ends: 'give_back' },

  // After a create or an add
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

  // Who leaves
  { name: 'a removal', member: leaves(), turn: [['remove', done]], ends: 'done removed', also: KNOWN },
  {
    name: 'a removal of somebody whose id is not known',
    member: leaves(),
    turn: [
      ['read group', ann()],
      ['remove', done],
    ],
    ends: 'done removed',
  },
  {
    name: 'a leaver whom the group does not show',
    member: leaves({ ...IN, observedAt: NOW - 100_000 }),
    turn: [['read group', none]],
    ends: 'done removed',
  },
  {
    name: 'a leaver whom the group does not show, and who was in a moment ago: reads may lag',
    member: leaves(),
    turn: [['read group', none]],
    ends: 'later pending',
    there: true,
  },
  {
    name: 'a second join of somebody whom the group does not show, and who was in a moment ago: reads may lag',
    member: { ...joins(IN), fresh: true },
    turn: [['read group', none]],
    ends: 'later invited',
    there: true,
    also: KNOWN,
  },
  {
    name: 'a leaver whom the group counts and does not show',
    member: leaves(),
    turn: [['read group', { status: 200, body: { data: [], links: {}, meta: { paging: { total: 1, limit: 200 } } } }]],
    ends: 'retry apple_answer_unreadable',
    there: true,
  },
  {
    name: 'a removal by an id that is gone, of somebody who is out',
    member: leaves({ ...IN, observedAt: NOW - 100_000 }),
    turn: [
      ['remove', { status: 404 }],
      ['get group', group],
      ['read group', none],
    ],
    ends: 'done removed',
    also: KNOWN,
  },
  {
    name: 'a removal by an id that is gone, of somebody who was in a moment ago: reads may lag',
    member: leaves(),
    turn: [
      ['remove', { status: 404 }],
      ['get group', group],
      ['read group', none],
    ],
    ends: 'later pending',
    also: KNOWN,
  },
  {
    name: 'a removal by an outdated id, of somebody who is still in',
    member: leaves(),
    turn: [
      ['remove', { status: 404 }],
      ['get group', group],
      ['read group', ann('INVITED', 't-2')],
    ],
    ends: 'retry apple_refused',
    there: true,
    also: KNOWN,
  },
  {
    name: 'a removal refused with words about an address',
    member: leaves(),
    turn: [
      ['remove', refuses(409, 'STATE_ERROR', { detail: 'The email is not valid' })],
      ['get group', group],
      ['read group', ann()],
    ],
    ends: 'retry apple_refused',
    there: true,
    also: KNOWN,
  },
  {
    name: 'a removal without an answer',
    member: leaves(),
    turn: [['remove', 'lost']],
    ends: 'retry apple_unreachable',
    there: true,
    also: KNOWN,
  },
  {
    name: 'a leaver whose create was lost and is not shown yet',
    member: leaves(wrote('create', 'lost', 0, 3)),
    turn: [['read group', none]],
    ends: 'later pending',
    there: true,
  },
  {
    name: 'a leaver whose create was lost and is shown',
    member: leaves(wrote('create', 'lost', 1, 6)),
    turn: [
      ['read group', ann()],
      ['remove', done],
    ],
    ends: 'done removed',
  },
  {
    name: 'a leaver whose create was refused, of a record that only the group shows',
    member: leaves(wrote('create', 'refused')),
    turn: [
      ['read group', ann('INVITED', 'team-1')],
      ['remove', done],
    ],
    ends: 'done removed',
  },
  {
    name: 'a removal from the app that Apple has taken on',
    member: leaves(),
    turn: [['remove from app', { status: 202 }]],
    ends: 'later pending',
    also: { ...KNOWN, ...APP },
  },
  {
    name: 'a removal from the app that has finished',
    member: leaves({ ...wrote('remove_app', 'confirmed', 0, 3) }),
    turn: [
      ['look up in app', none],
      ['read group', none],
    ],
    ends: 'done removed',
    also: APP,
  },
  {
    name: 'a removal from the app of a record that the app hides and the group shows',
    member: leaves({ ...wrote('remove_app', 'confirmed', 0, 3) }),
    turn: [
      ['look up in app', none],
      ['read group', ann()],
    ],
    ends: 'later pending',
    there: true,
    also: APP,
  },
  {
    name: 'a leaver of the app whom the app does not show and the group does',
    member: leaves(),
    turn: [
      ['look up in app', none],
      ['read group', ann('INVITED', 'team-1')],
      ['remove from app', { status: 202 }],
    ],
    ends: 'later pending',
    there: true,
    also: APP,
  },
  {
    name: 'a removal from the app that is refused',
    member: leaves(),
    turn: [
      ['remove from app', cannotBeAssigned],
      ['get group', group],
      ['read group', ann()],
    ],
    ends: 'retry apple_refused',
    there: true,
    also: { ...KNOWN, ...APP },
  },
  {
    name: 'a leaver whose address can not be searched for',
    member: leaves(),
    turn: [['read group', refuses(400, 'PARAMETER_ERROR.INVALID', { detail: `'${ANN}' is not a valid email` })]],
    ends: 'retry address_invalid',
    there: true,
  },

  // An invitation that was asked for
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

/** Refusals and faults of a read that name nobody: whoever is asked for is not known, which is not "not there". */
export const SILENT: [name: string, answer: Answer][] = [
  ['400 for a parameter', refuses(400, 'PARAMETER_ERROR.INVALID', { parameter: 'filter[email]' })],
  ['400 without a body', { status: 400 }],
  ['400 that only mentions e-mails', refuses(400, 'STATE_ERROR', { detail: 'Searching by email is switched off' })],
  ['403 without a reason', { status: 403 }],
  ['403 with a reason', refuses(403, 'FORBIDDEN_ERROR', { detail: 'The API key in use does not allow this request' })],
  ['404', { status: 404 }],
  ['409', refuses(409, 'STATE_ERROR')],
  ['422', refuses(422, 'ENTITY_UNPROCESSABLE')],
  ['429', { status: 429 }],
  ['500', { status: 500 }],
  ['a page of some proxy', { status: 200, body: '<html>' }],
  ['another shape', { status: 200, body: { result: [] } }],
  ['no answer', 'lost'],
]
