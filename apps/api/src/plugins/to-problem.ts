import { AppError, ERROR_RULES, isAppError } from '@flightroster/core/errors'
import { toStoreError } from '@flightroster/core/store'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { problem } from '../schemas/problem.ts'
import { STATUS_OF } from './statuses.ts'

/** RFC 9457, as it is sent. */
export type Problem = z.output<typeof problem>

/**
 * One thing that is wrong with a request. `pointer`: where, as a JSON pointer into the body, or a header or
 * parameter.
 */
export interface Fault {
  pointer: string
  code: string
  detail: string
}

/** The media type of a problem (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Faults of one request that are told, whatever was sent. */
export const FAULTS_TOLD = 100
/** Of these, the ones that its one sentence repeats. */
const FAULTS_IN_DETAIL = 10
const LONGEST_POINTER = 200
const LONGEST_DETAIL = 500
const LONGEST_MEDIA_TYPE = 100

/** A 400 with every fault, at most 100 of them, and the first ones in its sentence. */
export function requestInvalid(faults: readonly Fault[], message?: string): AppError {
  const errors = faults.slice(0, FAULTS_TOLD).map(({ pointer, code, detail }) => ({
    pointer: pointer.slice(0, LONGEST_POINTER),
    code,
    detail: detail.slice(0, LONGEST_DETAIL),
  }))
  return new AppError('request_invalid', { message: message ?? describeFaults(errors), details: { errors } })
}

/** Some faults as one text, each with its place. */
export function describeFaults(faults: readonly Fault[]): string {
  const told = faults
    .slice(0, FAULTS_IN_DETAIL)
    .map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer.slice(0, LONGEST_POINTER)}: ${detail}`))
  if (faults.length > FAULTS_IN_DETAIL) told.push(`And ${faults.length - FAULTS_IN_DETAIL} more.`)
  return told.join(' ')
}

/** `requestId`: as in the answer's header and in the log. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { title, action } = ERROR_RULES[error.code]
  const faults = error.details['errors'] as Fault[] | undefined
  return {
    type: `urn:flightroster:problem:${error.code}`,
    title,
    status: STATUS_OF[error.code],
    code: error.code,
    detail: error.message,
    action,
    requestId,
    ...(faults ? { errors: faults } : {}),
  }
}

/** Fastify's own errors, by its codes. */
const FRAMEWORK_ERRORS: Record<string, (message: string, request: FastifyRequest) => AppError> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: (_message, request) => wrongMediaType(request),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError('body_too_large'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => requestInvalid([], 'The body is not as long as Content-Length says.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => requestInvalid([], 'The body is empty.'),
  FST_ERR_BAD_URL: () => requestInvalid([], 'The path is not percent-encoded UTF-8.'),
  FST_ERR_MAX_LIMIT_EXCEEDED: () => requestInvalid([], 'An id in the path is too long.'),
}

/** Says what was sent, and what the route takes. */
function wrongMediaType({ headers, routeOptions: { config } }: FastifyRequest): AppError {
  const taken = Object.keys(config.bodies ?? { 'application/json': true }).join(' or ')
  const sent = headers['content-type']?.trim().slice(0, LONGEST_MEDIA_TYPE)
  const fault = sent ? `The Content-Type "${sent}" is not supported here` : 'The body has no Content-Type'
  return new AppError('media_type_unsupported', { message: `${fault}; send ${taken}.` })
}

/** Undefined: a bug, to be logged with its stack. */
export function toKnownError(error: unknown, request: FastifyRequest): AppError | undefined {
  if (isAppError(error)) return error
  const storeError = toStoreError(error)
  if (storeError) return storeError
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string }
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code]
  if (known) return known(message ?? '', request)
  if (code?.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return requestInvalid([], message)
  }
  return undefined
}
