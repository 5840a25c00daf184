import { randomUUID } from 'node:crypto'

export interface ErrorSource {
  pointer?: string
  parameter?: string
}

interface ErrorParts {
  status: number
  code: string
  title: string
  /** Left out where Apple says nothing either. */
  detail?: string
  source?: ErrorSource
  /** True where the request itself is not valid by Apple's schema: kept in the list of violations. */
  violation?: boolean
}

/** A refusal in Apple's words. Thrown by a handler, answered by the pipeline. */
export class AppleError extends Error {
  readonly parts: ErrorParts
  constructor(parts: ErrorParts) {
    super(`${parts.status} ${parts.code}: ${parts.detail ?? parts.title}`)
    this.parts = parts
  }
}

export function errorBody(parts: Omit<ErrorParts, 'violation'>): { errors: object[] } {
  const { status, code, title, detail, source } = parts
  return {
    errors: [
      {
        id: randomUUID(),
        status: String(status),
        code,
        title,
        ...(detail ? { detail } : {}),
        ...(source ? { source } : {}),
      },
    ],
  }
}

export const notAuthorized = {
  status: 401,
  code: 'NOT_AUTHORIZED',
  title: 'Authentication credentials are missing or invalid.',
  detail:
    'Provide a properly configured and signed bearer token, and make sure that it has not expired. ' +
    'Learn more about Generating Tokens for API Requests https://developer.apple.com/go/?id=api-generating-tokens',
}

export const rateLimited = {
  status: 429,
  code: 'RATE_LIMIT_EXCEEDED',
  title: 'The request rate limit has been reached.',
  detail: "We've received too many requests for this API. Please wait and try again or slow down your request rate.",
}

export const agreementsMissing = {
  status: 403,
  code: 'FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED',
  title: 'A required agreement is missing or has expired.',
  detail:
    'This request requires an in-effect agreement that has not been signed or has expired. ' +
    'Ensure your team has signed the necessary legal agreements and that they have not expired.',
}

export const membershipExpired = {
  status: 403,
  code: 'FORBIDDEN_ERROR',
  title: 'This request is forbidden for security reasons',
  detail: 'The membership of your team in the Apple Developer Program has expired.',
}

export const roleForbidden = {
  status: 403,
  code: 'FORBIDDEN_ERROR',
  title: 'This request is forbidden for security reasons',
  detail: 'The API key in use does not allow this request',
}

/** What a weaker key gets for creating an external group: nothing to go by. */
export const bareForbidden = { status: 403, code: roleForbidden.code, title: roleForbidden.title }

export const unexpected = {
  status: 500,
  code: 'UNEXPECTED_ERROR',
  title: 'An unexpected error occurred.',
  detail: 'An unexpected error occurred on the server side. If this issue continues, contact us.',
}

export function notFound(type: string, id: string): AppleError {
  return new AppleError({
    status: 404,
    code: 'NOT_FOUND',
    title: 'The specified resource does not exist',
    detail: `There is no resource of type '${type}' with id '${id}'`,
  })
}

export function pathError(path: string): AppleError {
  return new AppleError({
    status: 404,
    code: 'PATH_ERROR',
    title: 'The URL path is not valid',
    detail: `The resource '${path.replace(/^\//, '')}' does not exist`,
    violation: true,
  })
}

export function illegalParameter(parameter: string, detail?: string): AppleError {
  return new AppleError({
    status: 400,
    code: 'PARAMETER_ERROR.ILLEGAL',
    title: 'A given parameter is not allowed',
    detail: detail ?? `The parameter '${parameter}' can not be used with this request`,
    source: { parameter },
    violation: true,
  })
}

export function invalidParameter(parameter: string, detail: string): AppleError {
  return new AppleError({
    status: 400,
    code: 'PARAMETER_ERROR.INVALID',
    title: 'A parameter has an invalid value',
    detail,
    source: { parameter },
    violation: true,
  })
}

export function requiredParameter(parameter: string): AppleError {
  return new AppleError({
    status: 400,
    code: 'PARAMETER_ERROR.REQUIRED',
    title: 'A required parameter is missing',
    detail: `The parameter '${parameter}' is required`,
    source: { parameter },
    violation: true,
  })
}

export function invalidEntity(detail: string): AppleError {
  return new AppleError({
    status: 400,
    code: 'ENTITY_INVALID',
    title: 'The request entity is not a valid request document object',
    detail,
    violation: true,
  })
}

const entityTitles = {
  'ATTRIBUTE.REQUIRED': 'The provided entity is missing a required attribute',
  'ATTRIBUTE.UNKNOWN': 'The provided entity includes an unknown attribute',
  'ATTRIBUTE.TYPE': 'An attribute in the provided entity has the wrong type',
  'ATTRIBUTE.INVALID': 'The provided entity includes an attribute with an invalid value',
  'ATTRIBUTE.NOT_ALLOWED': 'An attribute value is not allowed for this request',
  'RELATIONSHIP.REQUIRED': 'The provided entity is missing a required relationship',
  'RELATIONSHIP.UNKNOWN': 'The provided entity includes an unknown relationship',
  'RELATIONSHIP.INVALID': 'The provided entity includes a relationship with an invalid value',
} as const

/** A body that names Apple's words wrongly. Apple answers 409 to most of these, not 400. */
export function entityError(
  kind: keyof typeof entityTitles,
  pointer: string,
  detail: string,
  options: { status?: number; violation?: boolean } = {},
): AppleError {
  return new AppleError({
    status: options.status ?? 409,
    code: `ENTITY_ERROR.${kind}`,
    title: entityTitles[kind],
    detail,
    source: { pointer },
    violation: options.violation ?? false,
  })
}

export function stateError(detail: string, code = 'STATE_ERROR', status = 409): AppleError {
  return new AppleError({
    status,
    code,
    title: 'The request cannot be fulfilled because of the state of another resource.',
    detail,
  })
}

/** Both "already in" and "belongs to another app": Apple gives the very same body. */
export const cannotBeAssigned = (): AppleError => stateError('Tester(s) cannot be assigned')

export function unprocessable(detail: string, code = 'ENTITY_UNPROCESSABLE'): AppleError {
  return new AppleError({ status: 422, code, title: 'The request entity is not able to be processed', detail })
}
