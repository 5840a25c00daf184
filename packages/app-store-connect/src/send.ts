import type { Pool } from 'undici'
import type { Clock } from './surroundings.ts'
import type { Headers } from './headers.ts'

export interface Outgoing {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path and query, encoded. */
  target: string
  headers: Record<string, string>
  body?: string | undefined
}

export type Fault =
  | { kind: 'aborted'; reason: unknown }
  | { kind: 'deadline' }
  | { kind: 'connection'; error: unknown }
  | { kind: 'too_large' }

/** What came of one request. `body` is null exactly where there is a fault. */
export interface Exchange {
  at: number
  receivedAt: number
  /** To the headers, monotonic; null without an answer. */
  roundTripMs: number | null
  durationMs: number
  status: number | null
  headers: Headers
  body: string | null
  fault: Fault | null
}

export interface SendLimits {
  timeoutMs: number
  maxBodyBytes: number
}

/** One request, once: no redirects, no retries. Never throws for what happens on the wire. */
export async function send(
  deps: { pool: () => Promise<Pool>; clock: Clock; limits: SendLimits; signal: AbortSignal | undefined },
  outgoing: Outgoing,
): Promise<Exchange> {
  const { clock, limits } = deps
  const started = clock.monotonic()
  const exchange: Exchange = {
    at: clock.now(),
    receivedAt: 0,
    roundTripMs: null,
    durationMs: 0,
    status: null,
    headers: {},
    body: null,
    fault: null,
  }
  const deadline = startDeadline(limits.timeoutMs, deps.signal)
  try {
    const { target, ...rest } = outgoing
    const pool = await deps.pool()
    const answer = await pool.request({ ...rest, path: target, signal: deadline.signal })
    exchange.receivedAt = clock.now()
    exchange.roundTripMs = clock.monotonic() - started
    exchange.status = answer.statusCode
    exchange.headers = answer.headers
    exchange.body = await readBody(answer.body, limits.maxBodyBytes)
    if (exchange.body === null) exchange.fault = { kind: 'too_large' }
  } catch (error) {
    exchange.fault = deadline.fault() ?? { kind: 'connection', error }
  } finally {
    deadline.close()
  }
  exchange.durationMs = clock.monotonic() - started
  return exchange
}

/**
 * One signal for the caller's and for the overall deadline, which covers the whole body: undici's own time-outs start anew
 * with every byte. Not AbortSignal.any: a caller's signal lives as long as a visit, and keeps every signal derived from it.
 */
function startDeadline(timeoutMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController()
  let fault: Fault | null = null
  const end = (cause: Fault) => {
    fault ??= cause
    controller.abort(new Error('The request was given up.'))
  }
  const onAbort = () => end({ kind: 'aborted', reason: outer?.reason })
  const timer = setTimeout(() => end({ kind: 'deadline' }), timeoutMs)
  if (outer?.aborted) onAbort()
  else outer?.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    fault: () => fault,
    close() {
      clearTimeout(timer)
      outer?.removeEventListener('abort', onAbort)
    },
  }
}

/** null: more than `maxBytes`; the rest is not read, and the connection is dropped with it. */
async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) return null
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

const NOT_SENT_CODES = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/** True where the connection was never there, so that Apple cannot have seen the request. In doubt false. */
export function wasNeverSent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  // Node tries every address of a name and reports the failures together.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasNeverSent)
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  return NOT_SENT_CODES.has(String(code)) || syscall === 'connect' || syscall === 'getaddrinfo'
}
