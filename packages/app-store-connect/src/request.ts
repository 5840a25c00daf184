/**
 * The one pipeline through which every call to App Store Connect goes: sign → admit → send → read and classify → note.
 * It never retries: the job that called does, and it alone knows what a second attempt may do.
 */
import type { Pool } from 'undici'
import { isAppleError, type AppleError } from './apple-error.ts'
import { classify, neverThere, statusDecides, unreachable, unreadable, type Asked } from './classify.ts'
import type { ClockOffset } from './clock-offset.ts'
import { firstHeader, parseHttpDate, parseRetryAfter } from './headers.ts'
import { parseQuota } from './quota.ts'
import { send, wasNeverSent, type Exchange, type SendLimits } from './send.ts'
import type { ReadAnswer } from './shapes.ts'
import type { Clock, Log } from './surroundings.ts'
import type { TokenSigner } from './token.ts'
import type { CallRecord, Credentials, Gate } from './types.ts'
import { fitsPath, toTarget, type Query } from './target.ts'

/** One call, as the modules of each resource describe it. */
export interface Call<T> extends Asked {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  query?: Query
  /** Path and query as Apple's next link gave them, in place of path, id and query. */
  target?: string
  body?: unknown
  read: ReadAnswer<T>
}

/** What all calls of one client share, and what those of one session do. */
export interface Wire {
  pool: () => Promise<Pool>
  basePath: string
  clock: Clock
  log: Log
  limits: SendLimits
  tokens: TokenSigner
  offset: ClockOffset
  credentials: Credentials
  gate: Gate
  /** When a bug of ours was last reported (ms), by request and code. */
  reported: Map<string, number>
  signal: AbortSignal | undefined
}

type Settled<T> = { ok: true; value: T } | { ok: false; error: unknown }

/** Throws the AppleErrors of classify.ts, what `gate.admit` throws, and the reason of the caller's signal, each as it is. */
export async function request<T>(wire: Wire, call: Call<T>): Promise<T> {
  wire.signal?.throwIfAborted()
  // Not asked: it costs no quota, and names nothing else at Apple.
  if (call.id !== undefined && !fitsPath(call.id)) throw neverThere(call)
  const token = await wire.tokens.sign(wire.credentials, wire.clock.now() + wire.offset.correctionMs())
  await wire.gate.admit({ method: call.method, path: call.path, write: call.method !== 'GET' })
  const exchange = await send(wire, outgoing(wire, call, token))
  observeClock(wire, exchange)
  // Whatever it was refused for, the next call shows another token: a 401 by chance, or of a clock that was wrong, is told apart by that.
  if (exchange.status === 401 || exchange.status === 403) wire.tokens.forget(wire.credentials)
  const settled = settle(call, exchange, wire.clock.now())
  await note(wire, call, exchange, settled)
  if (!settled.ok) throw settled.error
  return settled.value
}

function outgoing<T>(wire: Wire, call: Call<T>, token: string) {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' }
  const target = call.target ?? wire.basePath + toTarget(call.path, call.id, call.query)
  if (call.body === undefined) return { method: call.method, target, headers }
  headers['content-type'] = 'application/json'
  return { method: call.method, target, headers, body: JSON.stringify(call.body) }
}

function observeClock(wire: Wire, { headers, receivedAt, roundTripMs }: Exchange): void {
  const serverTime = parseHttpDate(firstHeader(headers, 'date'))
  if (serverTime !== null && roundTripMs !== null) wire.offset.observe({ serverTime, receivedAt, roundTripMs })
}

function settle<T>(call: Call<T>, exchange: Exchange, now: number): Settled<T> {
  const { status, headers, body, fault } = exchange
  if (fault?.kind === 'aborted') return { ok: false, error: fault.reason }
  if (status !== null && (fault === null || statusDecides(status))) {
    return classify(call, { status, headers, body }, call.read, now)
  }
  if (fault?.kind === 'too_large') return { ok: false, error: unreadable(call, status, 'too large') }
  if (fault?.kind !== 'connection')
    return { ok: false, error: unreachable(call, status, { sent: true, reason: 'deadline' }) }
  const sent = status !== null || !wasNeverSent(fault.error)
  return { ok: false, error: unreachable(call, status, { sent, ...explainFault(fault.error) }) }
}

/** The code alone where there is one: an error of undici's parser carries the raw answer, addresses and all. */
function explainFault(error: unknown): { reason: string; cause?: unknown } {
  const code = codeOf(error)
  return code === undefined ? { reason: 'connection', cause: error } : { reason: code }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const REPORTED_AGAIN_MS = 3_600_000

/** A bug of ours: told once an hour for each kind of request and code, not for every one that met it. */
function reportOnce({ reported, clock, log }: Wire, { details }: AppleError): void {
  const kind = `${String(details.method)} ${String(details.path)} ${String(details.appleCode)}`
  const last = reported.get(kind)
  if (last !== undefined && clock.now() - last < REPORTED_AGAIN_MS) return
  reported.set(kind, clock.now())
  const { method, path, id, status, appleCode, appleDetail, pointer } = details
  log.error({ method, path, id, status, appleCode, appleDetail, pointer }, 'apple.request_invalid')
}

async function note<T>(wire: Wire, call: Call<T>, exchange: Exchange, settled: Settled<T>): Promise<void> {
  const { method, path } = call
  const error = !settled.ok && isAppleError(settled.error) ? settled.error : null
  const appleCode = error?.details.appleCode
  const record: CallRecord = {
    method,
    path,
    status: exchange.status,
    appleCode: typeof appleCode === 'string' ? appleCode : null,
    code: error?.code ?? null,
    quota: parseQuota(exchange.headers),
    retryAfterMs: parseRetryAfter(exchange.headers, wire.clock.now()) ?? null,
    durationMs: exchange.durationMs,
    at: exchange.at,
    serverTime: parseHttpDate(firstHeader(exchange.headers, 'date')),
  }
  if (error?.code === 'apple_request_invalid') reportOnce(wire, error)
  try {
    await wire.gate.note(record)
  } catch (failure) {
    // The answer is worth more than its record: a write that Apple confirmed must not look like one that failed.
    const cause = codeOf(failure) ?? (failure instanceof Error ? failure.name : 'unknown')
    wire.log.warn({ method, path, status: exchange.status, cause }, 'apple.call_not_noted')
  }
}
