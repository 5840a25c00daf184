import type { Pool } from 'undici'
import { createAppCalls } from './apps.ts'
import { createBuildCalls } from './builds.ts'
import { createClockOffset } from './clock-offset.ts'
import { createGroupCalls } from './groups.ts'
import type { Caller } from './paginate.ts'
import { request, type Wire } from './request.ts'
import { parseTesterState } from './shapes.ts'
import { silentLog, systemClock, type Clock, type Log } from './surroundings.ts'
import { createTesterCalls } from './testers.ts'
import { createUsageCalls } from './usages.ts'
import { createTokenSigner } from './token.ts'
import type { Credentials, Gate, TesterState } from './types.ts'
import { createWebhookCalls } from './webhooks.ts'

const APPLE_URL = 'https://api.appstoreconnect.apple.com'
const CALL_TIMEOUT_MS = 20_000
const MAX_BODY_BYTES = 8 * 1024 * 1024
const LONGEST_CONNECT_MS = 10_000

export interface AppleClientDeps {
  /** Apple's where it is left out; an emulator's otherwise. May have a path. */
  baseUrl?: string
  clock?: Clock
  /** Nothing is logged where it is left out. */
  log?: Log
  /** Overall deadline of one call, body included. */
  callTimeoutMs?: number
  /** A larger answer is not read. */
  maxBodyBytes?: number
}

/** Shared by all team keys of a process: connections, imported keys, and what Apple's clock says of ours. */
export interface AppleClient {
  /** Calls under one team key. `signal` ends them all; its reason is thrown as it is. */
  session(credentials: Credentials, gate: Gate, signal?: AbortSignal): AppleSession
  /** Apple's clock minus ours in ms; 0 before the first answer. Token times follow it beyond 5 s. */
  clockOffsetMs(): number
  /** Waits for calls that are under way, at most for their deadline. */
  close(): Promise<void>
}

/** Apple with the credentials of one team key: every call it makes passes the gate that it was opened with. */
export type AppleSession = ReturnType<typeof createSession>

/**
 * The one client of a process for App Store Connect; it keeps connections and has to be closed. Its calls throw AppleError, and never retry
 * by themselves.
 */
export function createAppleClient(deps: AppleClientDeps = {}): AppleClient {
  const { clock = systemClock, log = silentLog } = deps
  const baseUrl = new URL(deps.baseUrl ?? APPLE_URL)
  const timeoutMs = deps.callTimeoutMs ?? CALL_TIMEOUT_MS
  const offset = createClockOffset()
  let opened: Promise<Pool> | undefined
  const openPool = async () => {
    // With the first call: to be ready, a process needs no HTTP client.
    const undici = await import('undici')
    return new undici.Pool(baseUrl.origin, {
      pipelining: 1,
      // The overall deadline stands in for both; connecting gets half of it, so that "never connected" can be told apart.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: Math.min(LONGEST_CONNECT_MS, timeoutMs / 2) },
    })
  }
  const shared = {
    pool: () => (opened ??= openPool()),
    basePath: baseUrl.pathname.replace(/\/+$/, ''),
    clock,
    log,
    limits: { timeoutMs, maxBodyBytes: deps.maxBodyBytes ?? MAX_BODY_BYTES },
    tokens: createTokenSigner(),
    offset,
    reported: new Map<string, number>(),
  }
  const toState = createStateReader(log)

  return {
    session: (credentials, gate, signal) => createSession({ ...shared, credentials, gate, signal }, baseUrl, toState),
    clockOffsetMs: () => offset.measuredMs(),
    close: async () => (await opened)?.close(),
  }
}

function createSession(wire: Wire, baseUrl: URL, toState: ReturnType<typeof createStateReader>) {
  const caller: Caller = { baseUrl, call: (call) => request(wire, call) }
  return {
    ...createAppCalls(caller),
    ...createGroupCalls(caller),
    ...createTesterCalls(caller, toState),
    ...createUsageCalls(caller),
    ...createBuildCalls(caller),
    ...createWebhookCalls(caller),
  }
}

/** A state that this version does not know stops nobody: it is reported once and taken as `unknown`. */
function createStateReader(log: Log): (state: string | null | undefined) => TesterState {
  const reported = new Set<string>()
  return (state) => {
    const known = parseTesterState(state)
    if (known !== undefined) return known
    const name = String(state).slice(0, 40)
    if (!reported.has(name) && reported.size < 20) {
      reported.add(name)
      log.warn({ state: name }, 'apple.tester_state_unknown')
    }
    return 'unknown'
  }
}
