import createClient from 'openapi-fetch'
import { FlightrosterError, toError } from './error.ts'
import { OPERATIONS } from './generated/operations.ts'
import { readRetryAfter, wait, waitBeforeTry } from './resend.ts'
import type { CallOptions, Flightroster, OperationId } from './types.ts'

/** Where the API is, who asks, and how often a request that met no answer is sent again. */
export interface FlightrosterOptions {
  /** Where the API is, with the path where a proxy shows it under one. */
  url: string
  /** The admin token, or one of `POST /v1/tokens`. */
  token: string
  /** How often a request is sent again at most, after 429, 503 or no answer; 4 unless given. */
  retries?: number
  /** Another fetch than the global one. */
  fetch?: (request: Request) => Promise<Response>
}

/** Whose second effect would be one too many: sent again only when the API says that it did nothing (429). */
const ONCE: ReadonlySet<string> = new Set<OperationId>(['createToken', 'rotateWebhookSecret'])
/** POSTs that may be sent again after no answer at all: events carry ids, and the others only ask. */
const ASKING: ReadonlySet<string> = new Set<OperationId>(['postEvents', 'tryPayload', 'checkTeamKey'])

type Fields = Record<string, unknown>
/** openapi-fetch, typed for any operation: ours are typed where they are handed out. */
interface Transport {
  request(method: string, path: string, init: object): Promise<{ data?: unknown; error?: unknown; response: Response }>
}

/** A client with a method for each operation of the API, named by its `operationId`; see the README. Calls throw FlightrosterError. */
export function createFlightroster(options: FlightrosterOptions): Flightroster {
  const transport = createClient({
    baseUrl: options.url.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${options.token}` },
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  }) as unknown as Transport
  const retries = options.retries ?? 4
  const ids = Object.keys(OPERATIONS) as OperationId[]
  const methods = ids.map((id) => [
    id,
    (args: Fields = {}, call: CallOptions = {}) => send(transport, id, args, { retries, ...call }),
  ])
  const lists = ids
    .filter((id) => OPERATIONS[id].isPaged)
    .map((id) => [
      id,
      (args: Fields = {}, call: CallOptions = {}) => everyItem(transport, id, args, { retries, ...call }),
    ])
  return { ...Object.fromEntries(methods), all: Object.fromEntries(lists) } as Flightroster
}

interface Page {
  items: unknown[]
  nextCursor: string | null
}

async function* everyItem(transport: Transport, id: OperationId, args: Fields, options: SendOptions) {
  let cursor = args['cursor']
  do {
    const page = (await send(transport, id, { limit: 1_000, ...args, ...(cursor ? { cursor } : {}) }, options)) as Page
    yield* page.items
    cursor = page.nextCursor
  } while (cursor)
}

type SendOptions = CallOptions & { retries: number }

/** The same request, ids included, until an answer comes that is worth something. */
async function send(transport: Transport, id: OperationId, args: Fields, options: SendOptions): Promise<unknown> {
  const request = toRequest(id, args, options)
  for (let tried = 0; ; tried++) {
    const error = await tryOnce(transport, request, options)
    if (!(error instanceof FlightrosterError)) return error.data
    const pause =
      tried < options.retries && isWorthAnother(id, error) ? waitBeforeTry(tried, error.retryAfterSeconds) : undefined
    if (pause === undefined) throw error
    await wait(pause, options.signal)
  }
}

function isWorthAnother(id: OperationId, { status }: FlightrosterError): boolean {
  if (status === 429) return true
  if (ONCE.has(id)) return false
  if (status === 503) return true
  return status === undefined && (OPERATIONS[id].method !== 'POST' || ASKING.has(id))
}

interface PreparedRequest {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  path: string
  params: { path: Fields; query: Fields }
  body: unknown
  headers: Record<string, string>
}

function toRequest(id: OperationId, args: Fields, options: CallOptions): PreparedRequest {
  const { method, path } = OPERATIONS[id]
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const { body, ...parameters } = args
  const params: PreparedRequest['params'] = { path: {}, query: {} }
  for (const name of inPath) params.path[name] = readSegment(id, name, args[name])
  for (const [name, value] of Object.entries(parameters)) {
    if (!inPath.includes(name) && value !== undefined && value !== null) params.query[name] = value
  }
  const headers: Record<string, string> = { accept: options.accept ?? 'application/json', ...options.headers }
  if (typeof body === 'string') headers['content-type'] ??= 'text/csv'
  return {
    method: method.toLowerCase() as PreparedRequest['method'],
    path,
    params,
    body: id === 'postEvents' && !hasKey(headers) ? withIds(body) : body,
    headers,
  }
}

/** An empty segment, or one of dots alone, would name another resource: `members/..` is the roster itself. */
function readSegment(id: OperationId, name: string, value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && text !== '' && text !== '.' && text !== '..') return text
  const detail = `${id} needs ${name}: a text, and neither empty nor of dots alone`
  throw new FlightrosterError({ code: 'argument_invalid', detail })
}

const hasKey = (headers: Record<string, string>) =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key')

/** What is sent again has to be known again, so an event without an id gets one before the first try. */
function withIds(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withIds)
  if (typeof body !== 'object' || body === null) return body
  return { ...body, id: (body as { id?: unknown }).id ?? crypto.randomUUID() }
}

async function tryOnce(
  transport: Transport,
  { method, path, params, body, headers }: PreparedRequest,
  { signal }: CallOptions,
): Promise<{ data: unknown } | FlightrosterError> {
  let result
  try {
    result = await transport.request(method, path, {
      params,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(typeof body === 'string' ? { bodySerializer: (text: string) => text } : {}),
      ...(signal ? { signal } : {}),
      parseAs: 'text',
    })
  } catch (cause) {
    if (signal?.aborted) throw cause
    const detail = `No answer from the server: ${reasonOf(cause)}`
    return new FlightrosterError({ code: 'unreachable', detail, cause })
  }
  const { response } = result
  if (!response.ok) return toError(response, result.error, readRetryAfter(response.headers))
  return readAnswer(response, result.data as string | undefined)
}

function readAnswer(response: Response, text = ''): { data: unknown } | FlightrosterError {
  if (text === '') return { data: undefined }
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return { data: text }
  try {
    return { data: JSON.parse(text) as unknown }
  } catch (cause) {
    const detail = `The server answered ${response.status} with something that is not JSON`
    return new FlightrosterError({ code: 'answer_not_understood', detail, status: response.status, cause })
  }
}

/** Fetch says "fetch failed", and why one level deeper; a host with several addresses, one deeper still. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error as { cause?: { code?: string; message?: string } }
  return cause?.message || cause?.code || error.message
}
