import type { Dispatcher, Pool } from 'undici'
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
  { target, ...rest }: Outgoing,
): Promise<Exchange> {
  const { clock, limits, signal } = deps
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
  const pool = await deps.pool()
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let size = 0
    let wire: Dispatcher.DispatchController | undefined
    let isOver = false
    const end = (fault: Fault | null) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      exchange.fault = fault
      exchange.body = fault === null ? decode(chunks) : null
      exchange.durationMs = clock.monotonic() - started
      resolve(exchange)
    }
    /** The rest is not read, and the connection is dropped with it. */
    const giveUp = (fault: Fault) => {
      end(fault)
      wire?.abort(new Error('The request was given up.'))
    }
    // One deadline that covers the whole body: undici's own time-outs start anew with every byte.
    const timer = setTimeout(() => giveUp({ kind: 'deadline' }), limits.timeoutMs)
    const onAbort = () => giveUp({ kind: 'aborted', reason: signal?.reason })
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    // Not `pool.request`: a stream, an iterator and a signal for each answer cost more than the answer.
    pool.dispatch(
      { ...rest, path: target },
      {
        onRequestStart(controller) {
          wire = controller
          if (isOver) controller.abort(new Error('The request was given up.'))
        },
        onResponseStart(_controller, status, headers) {
          // 1xx: the answer is still to come.
          if (status < 200) return
          exchange.receivedAt = clock.now()
          exchange.roundTripMs = clock.monotonic() - started
          exchange.status = status
          exchange.headers = headers
        },
        onResponseData(_controller, chunk) {
          size += chunk.byteLength
          if (size > limits.maxBodyBytes) giveUp({ kind: 'too_large' })
          else chunks.push(chunk)
        },
        onResponseEnd: () => end(null),
        onResponseError: (_controller, error) => end({ kind: 'connection', error }),
      },
    )
  })
}

const utf8 = new TextDecoder()

function decode(chunks: Uint8Array[]): string {
  const [first] = chunks
  return utf8.decode(chunks.length === 1 ? first : Buffer.concat(chunks))
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
