import { AppleError, isAppleError, type AppleErrorCode } from './apple-error.ts'
import { parseAppleProblems, type AppleProblem } from './apple-problems.ts'
import { parseRetryAfter, type Headers } from './headers.ts'
import { Unfit, type ReadAnswer } from './shapes.ts'

/** What was asked: for the details of an error. `path`: Apple's template; `id`: what filled it. */
export interface Asked {
  method: string
  path: string
  id?: string | undefined
}

export interface Answer {
  status: number
  headers: Headers
  /** null: it was lost or refused on the way (too large), while the status is known. */
  body: string | null
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: AppleError }

/**
 * Pure: an answer of App Store Connect to a value or an AppleError. `details`: status, appleCode, appleDetail (addresses
 * masked), pointer, method, path, id; `bare` on a 403 that gives no reason we know, `reason` on an answer that cannot be read.
 */
export function classify<T>(asked: Asked, answer: Answer, read: ReadAnswer<T>, now: number): Outcome<T> {
  if (answer.status < 400) return readSuccess(asked, answer, read)
  const problems = parseAppleProblems(answer.body)
  const verdict = judge(asked, answer.status, problems)
  const problem = verdict.problem ?? problems[0]
  const details = {
    ...place(asked, answer.status),
    appleCode: problem?.code || null,
    appleDetail: problem?.detail || problem?.title || null,
    pointer: problem?.pointer || null,
    ...(verdict.bare ? { bare: true } : {}),
  }
  const retryAfterMs = parseRetryAfter(answer.headers, now)
  const init = retryAfterMs === undefined ? { details } : { details, retryAfterMs }
  return { ok: false, error: new AppleError(verdict.code, init) }
}

/** Whether an error's status says it all, so that a body that was lost changes nothing. */
export function statusDecides(status: number): boolean {
  return status >= 500 || status === 401 || status === 404 || status === 429
}

/** A write that ended like this may have been applied: read before writing again. */
export function isWriteAmbiguous(error: unknown): boolean {
  if (isAppleError(error, 'apple_unreachable')) return error.details.sent !== false
  return isAppleError(error, 'apple_unavailable', 'apple_answer_unreadable')
}

export function unreadable(asked: Asked, status: number | null, reason: string): AppleError {
  return new AppleError('apple_answer_unreadable', { details: { ...place(asked, status), appleCode: null, reason } })
}

/** Of an id that no resource of Apple's can have. */
export function neverThere(asked: Asked): AppleError {
  return new AppleError('apple_not_found', { details: { ...place(asked, NOT_FOUND), appleCode: null, pointer: null } })
}

/** `sent`: the request may have reached Apple. */
export function unreachable(
  asked: Asked,
  status: number | null,
  fault: { sent: boolean; reason: string; cause?: unknown },
): AppleError {
  const details = { ...place(asked, status), appleCode: null, sent: fault.sent, reason: fault.reason }
  return new AppleError('apple_unreachable', { details, cause: fault.cause })
}

const NOT_FOUND = 404

function place({ method, path, id }: Asked, status: number | null): Record<string, unknown> {
  return { status, method, path, ...(id === undefined ? {} : { id }) }
}

function readSuccess<T>(asked: Asked, { status, body }: Answer, read: ReadAnswer<T>): Outcome<T> {
  try {
    return { ok: true, value: read({ status, body: body ?? '' }) }
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    return { ok: false, error: unreadable(asked, status, error.message) }
  }
}

interface Verdict {
  code: AppleErrorCode
  problem?: AppleProblem | undefined
  bare?: boolean
}

function judge(asked: Asked, status: number, problems: AppleProblem[]): Verdict {
  if (status >= 500) return { code: 'apple_unavailable' }
  switch (status) {
    case 401:
      return { code: 'key_rejected' }
    case 403:
      return judgeForbidden(problems)
    case 404:
      return { code: 'apple_not_found' }
    case 429:
      return { code: 'apple_rate_limited' }
    case 400:
    case 409:
    case 422:
      return judgeRefusal(asked, status, problems)
    default:
      return { code: 'apple_refused' }
  }
}

function judgeForbidden(problems: AppleProblem[]): Verdict {
  const agreement = problems.find(({ code }) => code.startsWith('FORBIDDEN.REQUIRED_AGREEMENTS'))
  if (agreement) return { code: 'agreement_required', problem: agreement }
  // One without a detail was seen where a weaker key creates a group: it is about that call, not about the key.
  const forbidden = problems.find(({ code, detail }) => code === 'FORBIDDEN_ERROR' && detail !== '')
  return forbidden ? { code: 'key_forbidden', problem: forbidden } : { code: 'key_forbidden', bare: true }
}

/**
 * What Apple says of the address comes first, whatever code it gives: that is the one refusal that sending the same again can't
 * mend. A write is refused for its address where the e-mail is named at all; a search only where the address is called bad, since
 * its parameters are our own words.
 */
function judgeRefusal({ method }: Asked, status: number, problems: AppleProblem[]): Verdict {
  const isThere = problems.some(saysExists)
  const address = isThere ? undefined : problems.find((problem) => pointsAtAddress(problem) || namesBadAddress(problem))
  if (address) return { code: 'address_invalid', problem: address }
  const parameter = status === 400 ? problems.find(({ code }) => code.startsWith('PARAMETER_ERROR')) : undefined
  const mentions = isThere || method === 'GET' ? undefined : problems.find(mentionsAddress)
  if (parameter && mentions !== parameter) return { code: 'apple_request_invalid', problem: parameter }
  const build = problems.find(({ code }) => code.endsWith('TESTER_INVITE.NO_INSTALLABLE_BUILDS'))
  if (build) return { code: 'build_missing', problem: build }
  const seats = problems.find(namesTesterLimit)
  if (seats) return { code: 'seats_full', problem: seats }
  if (mentions) return { code: 'address_invalid', problem: mentions }
  return { code: 'apple_refused' }
}

/** A tester who is there already is told by the e-mail too: that is for a read to explain. */
function saysExists({ code, title, detail }: AppleProblem): boolean {
  return (
    /DUPLICATE|ALREADY|EXISTS|NOT_UNIQUE/.test(code) ||
    /already|duplicate|exists|in use|taken/i.test(`${title} ${detail}`)
  )
}

function pointsAtAddress({ pointer }: AppleProblem): boolean {
  return /(?:^|[/.])e-?mail(?:address)?(?:[/.]\d+)?$/i.test(pointer)
}

const BAD =
  /invalid|not (a )?valid|malformed|incorrect|not allowed|must be a valid|isn.t valid|unsupported|unacceptable/i

/** Says that an address is bad; one that Apple quotes was masked, and still has its at sign. */
function namesBadAddress(problem: AppleProblem): boolean {
  // A parameter that can't be used at all, whatever stands in it.
  if (problem.code.startsWith('PARAMETER_ERROR') && !problem.code.startsWith('PARAMETER_ERROR.INVALID')) return false
  return namesAddress(problem.detail) && BAD.test(`${problem.title} ${problem.detail}`)
}

function mentionsAddress({ code, title, detail }: AppleProblem): boolean {
  return namesAddress(`${code} ${title} ${detail}`)
}

function namesAddress(text: string): boolean {
  return /e-?mail|\S@\S/i.test(text.replaceAll('filter[email]', ''))
}

/** Apple's code for a full app is not public, so its words decide. */
function namesTesterLimit({ code, title, detail }: AppleProblem): boolean {
  const text = `${code} ${title} ${detail}`
  // Too many testers in one call is about the call: the caller halves it.
  if (/per (request|call)|at (once|a time)|in (one|a single) (request|call)/i.test(text)) return false
  return /testers?/i.test(text) && /limit|maximum|max(\.|imal)? number|too many|exceed/i.test(text)
}
