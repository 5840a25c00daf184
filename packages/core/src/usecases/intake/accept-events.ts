import type { MemberChange, RecordedChange } from '../../domain/change.ts'
import type { Clock } from '../../domain/clock.ts'
import { formatEntry, type EventEntry } from '../../domain/timeline.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { eventDigest } from '../../secrets/index.ts'
import { createTraces, type Store } from '../../store/index.ts'

/** A membership event that was parsed and is well formed. */
export interface IncomingEvent {
  /** As sent; undefined where the sender gave none, then there is no dedup. */
  id: string | undefined
  source: string
  kind: 'join' | 'update' | 'leave'
  roster: string
  member: string
  email: string | null
  firstName: string | null
  lastName: string | null
  /** ms, undefined: as of its arrival. */
  time: number | undefined
  origin: EventEntry['o']
}

export interface EventOutcome {
  status: 'accepted' | 'duplicate' | 'stale' | 'rejected'
  problem: ErrorCode | null
}

export interface IntakeDeps {
  store: Store
  clock: Clock
  dedupDays: number
}

const DAY_MS = 86_400_000
const ENTRY_KIND = { join: 'joined', update: 'updated', leave: 'left' } as const

/**
 * ② Records a batch, one atomic step per team key, and wakes a worker. Nothing is queued here: the worker that holds the
 * lane's lease turns recorded work into jobs (docs/decisions/queue-under-the-lease.md), so 202 depends on one write.
 * Outcomes are in the order of the events. `traceparent`: the request, where it is traced.
 */
export async function acceptEvents(
  deps: IntakeDeps,
  events: IncomingEvent[],
  traceparent?: string,
): Promise<EventOutcome[]> {
  const teamKeyOf = await deps.store.teamKeysOfRosters(events.map((event) => event.roster))
  const outcomes = Array.from<EventOutcome>({ length: events.length })
  const lanes = new Map<string, number[]>()
  events.forEach((event, at) => {
    const lane = teamKeyOf.get(event.roster)
    if (lane === undefined) outcomes[at] = { status: 'rejected', problem: 'roster_not_found' }
    else placesOf(lanes, lane).push(at)
  })
  await Promise.all(
    [...lanes].map(async ([lane, places]) => {
      const changes = places.map((at) => toChange(deps, events[at] as IncomingEvent))
      const recorded = await recordAndWake(deps, lane, changes, traceparent)
      await refuseMoved(deps, changes, recorded)
      places.forEach((at, index) => (outcomes[at] = toOutcome(recorded[index])))
    }),
  )
  return outcomes
}

/** A roster that left this lane for another since we looked is not gone: whoever asks again finds it there. */
async function refuseMoved(deps: IntakeDeps, changes: MemberChange[], recorded: RecordedChange[]): Promise<void> {
  const gone = changes.filter((_, at) => recorded[at]?.outcome === 'gone').map(({ roster }) => roster)
  if (gone.length === 0 || (await deps.store.teamKeysOfRosters(gone)).size === 0) return
  throw new AppError('store_unavailable', { message: 'A roster has moved to another team key.', retryAfterMs: 1_000 })
}

function placesOf(lanes: Map<string, number[]>, lane: string): number[] {
  const places = lanes.get(lane) ?? []
  lanes.set(lane, places)
  return places
}

/** Records changes of one team key and rings its lane, unless a worker is there already: it finds them by itself. */
export async function recordAndWake(
  deps: Pick<IntakeDeps, 'store' | 'dedupDays'>,
  teamKey: string,
  changes: MemberChange[],
  traceparent?: string,
): Promise<RecordedChange[]> {
  const result = await deps.store.recordChanges({ teamKey, changes, dedupMs: deps.dedupDays * DAY_MS })
  const accepted = changes.filter((_, at) => result.changes[at]?.outcome === 'accepted')
  const hasWork = accepted.length > 0
  // Before the bell, so that the worker finds it; not waited for: a trace that parts here is no reason to be slow.
  if (hasWork && traceparent !== undefined)
    createTraces(deps.store.redis, teamKey)
      .note(accepted, traceparent)
      .catch(() => {})
  // Not waited for: what is recorded is kept, and a lane whose bell was not heard is found by the sweep.
  if (hasWork && !result.leased) deps.store.ready.ring(teamKey).catch(() => {})
  return result.changes
}

function toChange(deps: IntakeDeps, event: IncomingEvent): MemberChange {
  return {
    roster: event.roster,
    member: event.member,
    kind: event.kind,
    email: event.email,
    firstName: event.firstName,
    lastName: event.lastName,
    time: event.time,
    priority: 'interactive',
    digest: event.id === undefined ? undefined : eventDigest(event.source, event.id),
    timelineEntry: formatEntry({ t: deps.clock.now(), k: ENTRY_KIND[event.kind], o: event.origin, e: event.id }),
  }
}

function toOutcome(recorded: RecordedChange | undefined): EventOutcome {
  switch (recorded?.outcome) {
    case 'accepted':
    case 'duplicate':
    case 'stale':
      return { status: recorded.outcome, problem: null }
    case 'future':
      return { status: 'rejected', problem: 'time_in_future' }
    case 'gone':
    case undefined:
      return { status: 'rejected', problem: 'roster_not_found' }
  }
}
