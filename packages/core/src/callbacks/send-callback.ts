import type { Socket } from 'node:net'
import type { buildConnector, Client } from 'undici'
import type { Clock } from '../domain/clock.ts'
import { UrlRefused, type AdmittedUrl, type UrlGuard } from './guard-url.ts'
import { NameUnresolved } from './resolve-name.ts'

/** A POST that is ready to go out: signed, with its body as it was signed. */
export interface OutgoingCallback {
  url: string
  headers: Record<string, string>
  body: string
}

/** What came of one try. */
export interface CallbackAnswer {
  /** The HTTP status; null where none came in time. */
  status: number | null
  /** The first kilobyte of the answer; without one, what went wrong. */
  answer: string
  durationMs: number
  /** The caller gave it up. */
  isAborted: boolean
}

export interface SendCallbackDeps {
  guard: UrlGuard
  clock: Clock
  signal?: AbortSignal | undefined
  /** For a status. */
  timeoutMs?: number | undefined
}

const TIMEOUT_MS = 15_000
const ANSWER_BYTES = 1_024
/** The status has decided: for the rest of the answer nobody waits. */
const ANSWER_PATIENCE_MS = 1_000

/**
 * One try, over a connection of its own, so that the name is judged each time. No redirect is followed, no more than a kilobyte is
 * read. Never throws for what happens on the wire.
 */
export async function sendCallback(deps: SendCallbackDeps, outgoing: OutgoingCallback): Promise<CallbackAnswer> {
  const started = deps.clock.monotonic()
  // Loaded with the first callback, which has its whole time all the same.
  const undici = await import('undici')
  const deadline = startDeadline(deps.timeoutMs ?? TIMEOUT_MS, deps.signal)
  let client: Client | undefined
  let status: number | null = null
  let answer: string
  try {
    const admitted = await untilAborted(deps.guard.admit(outgoing.url, deadline.signal), deadline.signal)
    const connect = connectOnlyTo(admitted, undici.buildConnector({ lookup: lookupOf(admitted), timeout: TIMEOUT_MS }))
    client = new undici.Client(admitted.url.origin, { connect, headersTimeout: 0, bodyTimeout: 0 })
    const response = await client.request({
      method: 'POST',
      path: `${admitted.url.pathname}${admitted.url.search}`,
      headers: { 'content-type': 'application/json', 'user-agent': 'Flightroster', ...outgoing.headers },
      body: outgoing.body,
      signal: deadline.signal,
      reset: true,
    })
    status = response.statusCode
    deadline.shorten(ANSWER_PATIENCE_MS)
    answer = await readBeginning(response.body)
  } catch (error) {
    answer = deadline.expired() ? 'No answer in time.' : explain(error)
  } finally {
    deadline.close()
    client?.destroy().catch(() => {})
  }
  const isAborted = status === null && deps.signal?.aborted === true
  return { status, answer, durationMs: Math.round(deps.clock.monotonic() - started), isAborted }
}

type Lookup = (
  name: string,
  options: { all?: boolean },
  callback: (error: null, address: string | { address: string; family: number }[], family?: number) => void,
) => void

function lookupOf({ addresses }: AdmittedUrl): Lookup {
  return (_name, options, callback) => {
    const [first] = addresses
    if (options.all === true || !first) callback(null, addresses)
    else callback(null, first.address, first.family)
  }
}

/** A literal never reaches a lookup, so what was connected to is compared as well. */
function connectOnlyTo({ addresses }: AdmittedUrl, connect: buildConnector.connector): buildConnector.connector {
  const isAdmitted = (socket: Socket) => addresses.some(({ address }) => sameAddress(address, socket.remoteAddress))
  return (options, callback) =>
    connect(options, (...[error, socket]: [Error, null] | [null, Socket]) => {
      if (error) return callback(error, null)
      if (isAdmitted(socket)) return callback(null, socket)
      socket.destroy()
      return callback(new UrlRefused('The connection went to another address than the one that was judged.'), null)
    })
}

function sameAddress(a: string, b: string | undefined): boolean {
  return b !== undefined && toCanonical(a) === toCanonical(b.replace(/%.*$/, ''))
}

function toCanonical(address: string): string {
  return new URL(address.includes(':') ? `http://[${address}]` : `http://${address}`).hostname
}

/** What was read until the answer ends, breaks, takes too long, or a kilobyte is there. */
async function readBeginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.byteLength
      if (size >= ANSWER_BYTES) break
    }
  } catch {
    // The status stands; of the rest, whatever came.
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, ANSWER_BYTES))
}

function startDeadline(timeoutMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController()
  let isExpired = false
  const expire = () => {
    isExpired = true
    controller.abort(new Error('No answer in time.'))
  }
  const giveUp = () => controller.abort(new Error('Given up.'))
  let timer = setTimeout(expire, timeoutMs)
  if (outer?.aborted) giveUp()
  else outer?.addEventListener('abort', giveUp, { once: true })
  return {
    signal: controller.signal,
    expired: () => isExpired,
    shorten(ms: number) {
      clearTimeout(timer)
      timer = setTimeout(expire, ms)
    },
    close() {
      clearTimeout(timer)
      outer?.removeEventListener('abort', giveUp)
    },
  }
}

/** A lookup may not heed the signal. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('Given up.'))
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was reset.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network cannot be reached.',
  ENOTFOUND: 'The name does not resolve.',
  EAI_AGAIN: 'The name does not resolve now.',
  ETIMEDOUT: 'The connection timed out.',
  UND_ERR_CONNECT_TIMEOUT: 'The connection timed out.',
  UND_ERR_SOCKET: 'The connection ended before an answer.',
}

/** For people. No message of a library: it may quote what was sent. */
function explain(error: unknown): string {
  if (error instanceof UrlRefused || error instanceof NameUnresolved) return error.message
  const [first] = error instanceof AggregateError ? error.errors : [error]
  const code = first instanceof Error && 'code' in first ? String(first.code) : undefined
  if (code === undefined) return 'No answer.'
  return REASONS[code] ?? `No answer (${code}).`
}
