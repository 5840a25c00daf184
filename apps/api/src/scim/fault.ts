import { ERROR_RULES, type AppError } from '@flightroster/core/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { toJson } from '../plugins/half-letters.ts'
import { STATUS_OF } from '../plugins/statuses.ts'

/** RFC 7644, 3.12, table 9. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'

/** A refusal in SCIM's words. */
export class ScimFault extends Error {
  readonly status: number
  readonly scimType: ScimType | undefined

  constructor(status: number, detail: string, scimType?: ScimType) {
    super(detail)
    this.status = status
    this.scimType = scimType
  }
}

/** The schema of every refusal (RFC 7644, 3.12). */
export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error'
const SCIM_TYPE = 'application/scim+json; charset=utf-8'
/** All of SCIM is below this path. */
export const SCIM_ROOT = '/scim/v2'

/** Everything below SCIM's root is answered in its form, also what no route of it sees. */
export function isScimPath(url: string): boolean {
  return url === SCIM_ROOT || url.startsWith(`${SCIM_ROOT}/`) || url.startsWith(`${SCIM_ROOT}?`)
}

/** As text: the answer's schema describes what was asked for, not this. */
export function sendScim(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return reply
    .code(status)
    .type(SCIM_TYPE)
    .serializer((text: unknown) => text as string)
    .send(toJson(value))
}

/** JSON that is written while it is read from the store. */
export function streamScim(reply: FastifyReply, status: number, text: AsyncIterable<string>): FastifyReply {
  return reply.code(status).type(SCIM_TYPE).send(Readable.from(text))
}

function toScimError(status: number, detail: string, scimType?: ScimType) {
  // The status as text, as the RFC has it.
  return { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType ? { scimType } : {}), detail }
}

/** Answers with a refusal in SCIM's form. */
export function sendScimFault(reply: FastifyReply, { status, message, scimType }: ScimFault): FastifyReply {
  return sendScim(reply, status, toScimError(status, message, scimType))
}

/** What RFC 7644 leaves to a service, and this one does without (3.4.3, 3.7, 3.11); it is to say so with 501 (3.12). */
const NOT_SPOKEN = /^\/scim\/v2(?:\/Bulk|\/Me|(?:\/Users|\/Groups)?\/\.search)\/?(?:\?|$)/

/** An error of ours in SCIM's form. Its places in the body are in the sentence already. */
export function sendAppErrorAsScim(error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const isNoRoute = error.code === 'not_found' || error.code === 'method_not_allowed'
  if (isNoRoute && NOT_SPOKEN.test(request.url)) {
    request.problemCode = error.code
    return sendScim(
      reply,
      501,
      toScimError(501, 'Not spoken here: bulk requests, /Me and searches by POST. Search by GET with "filter".'),
    )
  }
  const status = STATUS_OF[error.code]
  request.problemCode = error.code
  // What is to be done about a body that is not valid names places that SCIM's answers do not have.
  const action = error.code === 'request_invalid' ? '' : ` ${ERROR_RULES[error.code].action}`
  const detail = `${error.message}${action}`
  return sendScim(
    reply,
    status,
    toScimError(status, detail, error.code === 'request_invalid' ? 'invalidSyntax' : undefined),
  )
}
