import type { CallRecord } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import type { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'

/** Refusals in a row, since when, and when the next call may go out (ms). By endpoint: method and path template. */
export type EndpointStates = Record<string, { count: number; since: number; until: number }>

/** So many halvings find one bad address among a hundred: more refusals in a row speak of the endpoint. */
const CLOSES_AFTER = 8
const FIRST_WAIT_MS = 4_000
const LONGEST_WAIT_MS = 60_000
/** How long the others wait for what the first call after a pause finds. */
const PROBE_MS = 5_000

export interface Endpoints {
  /** When a call to this endpoint may go out (ms); 0: now. */
  opensAt(endpoint: string): number
  /** It refused a call in a way that speaks of nobody in particular. */
  refused(endpoint: string, error: AppError): void
  /** When whoever it refused last comes again (ms). */
  againAt(endpoint: string): number
  /** Told of every answer: a good one opens its own endpoint, and no other. */
  note(record: CallRecord): void
  /** What of the lane's memory has changed. */
  learnt(): { endpoints?: EndpointStates }
}

/** One endpoint that refuses costs those who need it, never the lane: it is asked ever more seldom, and everything else goes on. */
export function openEndpoints(
  states: EndpointStates,
  { clock, log, teamKey }: { clock: Clock; log: Log; teamKey: string },
): Endpoints {
  const held = new Map(Object.entries(states).map(([endpoint, state]) => [endpoint, { ...state }]))
  let isChanged = false
  return {
    opensAt(endpoint) {
      const state = held.get(endpoint)
      if (!state || state.count <= CLOSES_AFTER) return 0
      if (state.until > clock.now()) return state.until
      state.until = clock.now() + PROBE_MS
      isChanged = true
      return 0
    },
    refused(endpoint, error) {
      const now = clock.now()
      const { count, since } = held.get(endpoint) ?? { count: 0, since: now }
      // As long again as it has refused already, so that it is over soon after what was short.
      const wait = Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, now - since))
      held.set(endpoint, { count: count + 1, since, until: now + wait })
      isChanged = true
      if (count !== 0 && count !== CLOSES_AFTER) return
      const { appleCode, status } = error.details
      const line = { event: 'endpoint.refuses', teamKey, endpoint, code: error.code, appleCode, status }
      if (count === 0) log.info(line, 'endpoint.refuses')
      else log.warn(line, 'endpoint.refuses')
    },
    againAt: (endpoint) => Math.max(held.get(endpoint)?.until ?? 0, clock.now() + 1_000),
    note({ method, path, code, status }) {
      const endpoint = `${method} ${path}`
      if (!held.has(endpoint) || status === null || !isAnswer(method, code)) return
      held.delete(endpoint)
      isChanged = true
    },
    learnt: () => (isChanged ? { endpoints: Object.fromEntries(held) } : {}),
  }
}

/** A write that is refused for its own sake was understood; a read that is refused brought nothing. */
function isAnswer(method: string, code: CallRecord['code']): boolean {
  if (code === null || code === 'address_invalid') return true
  return (
    method !== 'GET' &&
    (code === 'apple_refused' || code === 'apple_not_found' || code === 'seats_full' || code === 'build_missing')
  )
}
