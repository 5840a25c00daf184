import type { AnswerRow } from './apple-answers/answer-row.ts'
import { CREATE_ANSWERS } from './apple-answers/create.ts'
import { INVITE_ANSWERS } from './apple-answers/invite.ts'
import { LEAVE_ANSWERS } from './apple-answers/leave.ts'
import { READ_BACK_ANSWERS } from './apple-answers/read-back.ts'
import { refuses, type Answer } from './turn-rig.ts'

export type { AnswerRow } from './apple-answers/answer-row.ts'

export const ANSWERS: AnswerRow[] = [...CREATE_ANSWERS, ...READ_BACK_ANSWERS, ...LEAVE_ANSWERS, ...INVITE_ANSWERS]

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
