/** One fault of a request that the API refused with `request_invalid`. */
export interface Fault {
  /** JSON pointer into the body; `/query/…` and `/path/…` name the other parts. */
  pointer: string
  code: string
  detail: string
}

export interface ErrorFields {
  code: string
  detail: string
  status?: number | undefined
  title?: string | undefined
  action?: string | undefined
  errors?: Fault[] | undefined
  requestId?: string | undefined
  retryAfterSeconds?: number | undefined
  body?: unknown
  cause?: unknown
}

/**
 * Every refusal of the API (RFC 9457), and what went wrong on the way there: `unreachable`, `answer_not_understood`,
 * `argument_invalid`; of a callback: `signature_invalid`. Compare `code`, never the message.
 */
export class FlightrosterError extends Error {
  override readonly name = 'FlightrosterError'
  readonly code: string
  /** HTTP status; absent where no answer came. */
  readonly status: number | undefined
  readonly title: string | undefined
  readonly detail: string
  /** What to do about it. */
  readonly action: string | undefined
  /** Every fault of the request. */
  readonly errors: Fault[]
  /** As in the log of the API. */
  readonly requestId: string | undefined
  /** How long to wait before it is worth another try. */
  readonly retryAfterSeconds: number | undefined
  /** The whole answer, where it was JSON; an answer such as `no_usable_event` says more than a problem does. */
  readonly body: unknown

  constructor(fields: ErrorFields) {
    super(`${fields.detail} (${fields.code})`, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.code = fields.code
    this.status = fields.status
    this.title = fields.title
    this.detail = fields.detail
    this.action = fields.action
    this.errors = fields.errors ?? []
    this.requestId = fields.requestId
    this.retryAfterSeconds = fields.retryAfterSeconds
    this.body = fields.body
  }
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** Of a problem; anything else, such as the page of a proxy, is told by its status. */
export function toError(response: Response, body: unknown, retryAfterSeconds: number | undefined): FlightrosterError {
  const requestId = response.headers.get('x-request-id') ?? undefined
  const common = { status: response.status, requestId, retryAfterSeconds, body }
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const code = textOf(problem['code'])
  if (code === undefined) {
    const detail = textOf(problem['detail']) ?? `The server answered ${response.status} without saying why`
    return new FlightrosterError({ ...common, code: 'answer_not_understood', detail })
  }
  return new FlightrosterError({
    ...common,
    code,
    title: textOf(problem['title']),
    detail: textOf(problem['detail']) ?? textOf(problem['title']) ?? code,
    action: textOf(problem['action']),
    errors: Array.isArray(problem['errors']) ? (problem['errors'] as Fault[]) : [],
    requestId: textOf(problem['requestId']) ?? requestId,
  })
}
