import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AppleError, type AppleErrorCode } from './apple-error.ts'
import { maskAddresses } from './apple-problems.ts'
import { classify, isWriteAmbiguous, type Answer } from './classify.ts'
import { readJson, readStatus } from './shapes.ts'

const ASKED = { method: 'POST', path: '/v1/betaGroups/{id}/betaTesters', id: 'g1' }
const read = readJson(z.object({ data: z.array(z.object({ id: z.string() })) }), ({ data }) => data.length)
const HTML = '<html><body>Bad gateway</body></html>'

function errorBody(...errors: object[]): string {
  return JSON.stringify({ errors })
}

function classifyError(answer: Partial<Answer>): AppleError {
  const outcome = classify(ASKED, { status: 500, headers: {}, body: '', ...answer }, read, 0)
  if (outcome.ok) throw new Error('not an error')
  return outcome.error
}

describe('classify', () => {
  it.each<[string, number, string, AppleErrorCode]>([
    ['a 401 with a body', 401, errorBody({ code: 'NOT_AUTHORIZED' }), 'key_rejected'],
    ['an empty 401', 401, '', 'key_rejected'],
    [
      'a missing agreement',
      403,
      errorBody({ code: 'FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED' }),
      'agreement_required',
    ],
    [
      'a missing agreement in second place',
      403,
      errorBody({ code: 'X' }, { code: 'FORBIDDEN.REQUIRED_AGREEMENTS_X' }),
      'agreement_required',
    ],
    ['a role that is too small', 403, errorBody({ code: 'FORBIDDEN_ERROR' }), 'key_forbidden'],
    ['a 403 with an unknown code', 403, errorBody({ code: 'FORBIDDEN.NEW' }), 'key_forbidden'],
    ['an HTML 403', 403, HTML, 'key_forbidden'],
    ['a 404', 404, errorBody({ code: 'NOT_FOUND' }), 'apple_not_found'],
    ['an HTML 404', 404, HTML, 'apple_not_found'],
    ['a 429', 429, errorBody({ code: 'RATE_LIMIT_EXCEEDED' }), 'apple_rate_limited'],
    ['an empty 429', 429, '', 'apple_rate_limited'],
    ['a 500', 500, errorBody({ code: 'UNEXPECTED_ERROR' }), 'apple_unavailable'],
    ['an HTML 502', 502, HTML, 'apple_unavailable'],
    ['an empty 503', 503, '', 'apple_unavailable'],
    [
      'a parameter Apple does not take',
      400,
      errorBody({
        code: 'PARAMETER_ERROR.ILLEGAL',
        source: { parameter: 'filter[email]' },
        detail: "The parameter 'filter[email]' is not allowed",
      }),
      'apple_request_invalid',
    ],
    ['an HTML 400', 400, HTML, 'apple_refused'],
    ['an empty 409', 409, '', 'apple_refused'],
    [
      'a tester that cannot be assigned',
      409,
      errorBody({ code: 'STATE_ERROR', detail: 'Tester(s) cannot be assigned' }),
      'apple_refused',
    ],
    ['another 4xx', 418, '', 'apple_refused'],
    ['errors that are no list', 409, '{"errors":{"code":"STATE_ERROR"}}', 'apple_refused'],
    ['errors with fields of other types', 409, errorBody({ code: 5, detail: null, source: 'x' }), 'apple_refused'],
    [
      'an invitation without a build',
      409,
      errorBody({ code: 'STATE_ERROR.TESTER_INVITE.NO_INSTALLABLE_BUILDS' }),
      'build_missing',
    ],
    [
      'an invitation already accepted',
      409,
      errorBody({ code: 'STATE_ERROR.TESTER_INVITE.ALREADY_ACCEPTED' }),
      'apple_refused',
    ],
    [
      'another build in review',
      422,
      errorBody({ code: 'ENTITY_UNPROCESSABLE.ANOTHER_BUILD_IN_REVIEW' }),
      'apple_refused',
    ],
  ])('takes %s for what it is', (_name, status, body, code) => {
    expect(classifyError({ status, body }).code).toBe(code)
  })

  it.each([400, 409, 422])('takes a %d that names the e-mail for an invalid address', (status) => {
    const pointer = errorBody({ code: 'ENTITY_ERROR.ATTRIBUTE.INVALID', source: { pointer: '/data/attributes/email' } })
    const detail = errorBody({ code: 'ENTITY_ERROR', detail: "'a@b' is not a valid email address." })
    expect(classifyError({ status, body: pointer }).code).toBe('address_invalid')
    expect(classifyError({ status, body: detail }).code).toBe('address_invalid')
    expect(classifyError({ status, body: errorBody({ code: 'X' }, JSON.parse(pointer).errors[0]) }).code).toBe(
      'address_invalid',
    )
  })

  it.each([
    [400, { code: 'PARAMETER_ERROR.INVALID', source: { pointer: '/data/attributes/email' } }],
    [409, { code: 'STATE_ERROR', source: { pointer: '/data/attributes/email' } }],
    [422, { code: 'ENTITY_UNPROCESSABLE', detail: 'The email domain is blocked.' }],
    [409, { code: 'SOMETHING.NEW', title: 'E-mail too long' }],
    [400, { code: 'ENTITY_ERROR.EMAIL_REJECTED' }],
    [409, { code: 'STATE_ERROR', detail: "'ann@example.com' can't receive invitations" }],
    [422, { code: 'ENTITY_ERROR', detail: 'The email of a tester exceeds the maximum length: invalid' }],
  ])('takes a write refused by %d with %j for an invalid address, whatever its code', (status, error) => {
    expect(classifyError({ status, body: errorBody(error) }).code).toBe('address_invalid')
  })

  it.each<[string, object, AppleErrorCode]>([
    ['calls it bad', { code: 'PARAMETER_ERROR.INVALID', detail: "'a b@x' is not a valid email" }, 'address_invalid'],
    [
      'names our parameter alone',
      { code: 'PARAMETER_ERROR.INVALID', detail: 'Bad filter[email]' },
      'apple_request_invalid',
    ],
    ['only mentions e-mails', { code: 'STATE_ERROR', detail: 'Searching by email is switched off.' }, 'apple_refused'],
  ])('takes a search for one that can not be, where the refusal %s', (_name, error, code) => {
    const outcome = classify(
      { method: 'GET', path: '/v1/betaTesters' },
      { status: 400, headers: {}, body: errorBody(error) },
      read,
      0,
    )
    expect(outcome).toMatchObject({ ok: false, error: { code } })
  })

  it.each([
    { code: 'ENTITY_ERROR.ATTRIBUTE.INVALID', detail: 'A tester exists with this email' },
    { code: 'ENTITY_ERROR.ATTRIBUTE.INVALID.DUPLICATE', source: { pointer: '/data/attributes/email' } },
    { code: 'STATE_ERROR', detail: 'A tester with this email already exists; invalid.' },
    { code: 'ENTITY_ERROR.ATTRIBUTE.INVALID', source: { pointer: '/data/attributes/firstName' }, detail: 'Invalid.' },
  ])('does not take %j for an invalid address', (error) => {
    expect(classifyError({ status: 409, body: errorBody(error) }).code).toBe('apple_refused')
  })

  it.each([
    [409, { code: 'STATE_ERROR', detail: "You've reached the maximum number of testers for this app." }, 'seats_full'],
    [422, { code: 'ENTITY_ERROR.TESTER_LIMIT_EXCEEDED' }, 'seats_full'],
    [400, { code: 'STATE_ERROR', title: 'Too many external testers' }, 'seats_full'],
    [409, { code: 'STATE_ERROR', detail: 'You can add at most 100 testers at once: limit exceeded.' }, 'apple_refused'],
    [409, { code: 'STATE_ERROR', detail: 'The public link limit is too high.' }, 'apple_refused'],
    [
      400,
      { code: 'PARAMETER_ERROR.INVALID', detail: 'limit of betaTesters exceeds the maximum' },
      'apple_request_invalid',
    ],
  ])('reads a %d that says %j as %s', (status, error, code) => {
    expect(classifyError({ status, body: errorBody(error) }).code).toBe(code)
  })

  it.each([
    ['an HTML page', HTML, true],
    ['a code that is new', errorBody({ code: 'FORBIDDEN.NEW', detail: 'No.' }), true],
    ['no detail', errorBody({ code: 'FORBIDDEN_ERROR', title: 'Forbidden' }), true],
    ['code and detail', errorBody({ code: 'FORBIDDEN_ERROR', detail: 'Not allowed.' }), undefined],
  ])('marks a 403 with %s as bare or not', (_name, body, bare) => {
    expect(classifyError({ status: 403, body })).toMatchObject({ code: 'key_forbidden', details: { status: 403 } })
    expect(classifyError({ status: 403, body }).details.bare).toBe(bare)
  })

  it('carries what Apple said of where, with addresses masked', () => {
    const error = { code: 'ENTITY_ERROR', detail: 'ann.lee@example.com is odd', source: { pointer: '/data/0' } }
    expect(classifyError({ status: 409, body: errorBody(error) }).details).toEqual({
      status: 409,
      appleCode: 'ENTITY_ERROR',
      appleDetail: 'a…@e….com is odd',
      pointer: '/data/0',
      method: 'POST',
      path: '/v1/betaGroups/{id}/betaTesters',
      id: 'g1',
    })
  })

  it('carries how long Apple wants to be left alone', () => {
    expect(classifyError({ status: 429, headers: { 'retry-after': '7' } }).retryAfterMs).toBe(7_000)
    expect(classifyError({ status: 503, headers: { 'retry-after': 'nonsense' } }).retryAfterMs).toBeUndefined()
  })

  it.each([
    ['no JSON', 200, HTML, 'not JSON'],
    ['nothing', 200, '', 'not JSON'],
    ['truncated JSON', 200, '{"data":[{"id":"1"', 'not JSON'],
    ['another shape', 200, '{"data":{"id":"1"}}', 'shape: data'],
    ['a row without an id', 200, '{"data":[{"id":"1"},{}]}', 'shape: data.1.id'],
    ['a redirect', 302, '{"data":[]}', 'redirect'],
  ])('takes a success with %s for unreadable', (_name, status, body, reason) => {
    const { code, details } = classifyError({ status, body })
    expect([code, details.reason]).toEqual(['apple_answer_unreadable', reason])
  })

  it('takes a page of some proxy for no answer to a call that has no body', () => {
    const done = readStatus(new Map([[204, 'done']]))
    expect(classify(ASKED, { status: 204, headers: {}, body: '' }, done, 0)).toEqual({ ok: true, value: 'done' })
    const page = classify(ASKED, { status: 200, headers: {}, body: HTML }, done, 0)
    expect(page).toMatchObject({ ok: false, error: { code: 'apple_answer_unreadable' } })
  })
})

describe('maskAddresses', () => {
  it.each([
    ['Tester ann@example.com is there', 'Tester a…@e….com is there'],
    ['email=ann%40example.com', '…'],
    ['{"email":"ann+x@example.com"}', '{…@e….com"}'],
    ["o'brien,x@y.org!", 'o…@y….org!'],
    ['nothing here', 'nothing here'],
  ])('masks %s', (text, masked) => {
    expect(maskAddresses(text)).toBe(masked)
  })

  it('keeps a long text short without leaving half an address at the cut', () => {
    const masked = maskAddresses(`${'word '.repeat(395)}ann.lee.with.a.long.name.${'x'.repeat(200)}@example.com`)
    expect(masked.length).toBeLessThanOrEqual(501)
    expect(masked).not.toContain('ann')
  })
})

describe('isWriteAmbiguous', () => {
  it.each<[AppleErrorCode, Record<string, unknown>, boolean]>([
    ['apple_unreachable', { sent: true }, true],
    ['apple_unreachable', { sent: false }, false],
    ['apple_unavailable', {}, true],
    ['apple_answer_unreadable', {}, true],
    ['apple_refused', {}, false],
    ['apple_rate_limited', {}, false],
    ['key_rejected', {}, false],
  ])('%s with %j: %s', (code, details, expected) => {
    expect(isWriteAmbiguous(new AppleError(code, { details }))).toBe(expected)
  })

  it('says no of anything else that was thrown', () => {
    expect(isWriteAmbiguous(new Error('x'))).toBe(false)
  })
})
