import type { MemberChange, RecordedChange } from '../../domain/change.ts'
import type { Asker } from '../../domain/activity.ts'
import type { Clock } from '../../domain/clock.ts'
import type { MemberFact } from '../../domain/fact.ts'
import { formatEntry, type EventEntry } from '../../domain/timeline.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { eventDigest, formerEventDigest } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { inParallel } from '../parallel.ts'

/** A membership event that was parsed and is well formed. */
export interface IncomingEvent {
  /** As sent; undefined where the sender gave none, then there is no dedup. */
  id: string | undefined
  source: string
  kind: 'join' | 'update' | 'leave'
  roster: string
  member: string
  /** null clears what is known of a member, undefined keeps it. */
  email: string | null | undefined
  /** The address of a member of whom none is known, where `email` leaves it as it is. */
  emailIfNone?: string | undefined
  firstName: string | null | undefined
  lastName: string | null | undefined
  /** ms, undefined: as of its arrival. */
  time: number | undefined
  origin: EventEntry['o']
  /** Counts only where the member still has this version (0: unknown). */
  onVersion?: number
  /** Counts only where the roster is the one that was made then (ms). */
  born?: number
  /** What the timeline says, where it is more than a membership that begins. */
  entry?: 'restored'
  /** Many that were asked for at once let others go before them; absent: interactive. */
  priority?: 'interactive' | 'bulk'
  /** What upstream is told of it, where it counts. */
  fact?: MemberFact
}

/** What became of one event; `problem` tells why it was rejected. */
export interface EventOutcome {
  status: 'accepted' | 'duplicate' | 'stale' | 'rejected'
  problem: ErrorCode | null
  /** Stale because the member has another version than `onVersion`. */
  isOutdated?: true
}

export interface IntakeDeps {
  store: Store
  clock: Clock
  dedupDays: number
  /** Members that events may bring a roster to; absent: as many as come. */
  rosterLimit?: number
  /** Who asks, and with which request: the rosters' activity tells it. Absent: nobody, it is our own work. */
  asker?: Asker | undefined
}

const DAY_MS = 86_400_000
/**
 * A batch may be for a thousand lanes, each a step of its own. What the store may take for one counts from when it is asked for, so
 * that the last of a thousand would wait for all others, and a full machine answered 503 to the same batch for ever.
 */
const LANES_AT_ONCE = 100
const ENTRY_KIND = { join: 'joined', update: 'updated', leave: 'left' } as const

/**
 * ② Records a batch, one atomic step per team key, and wakes a worker. Nothing is queued here: jobs are
 * made of it right afterwards (docs/decisions/queue-under-the-lease.md), so 202 depends on one write.
 * Outcomes are in the order of the events. `traceparent`: the request, where it is traced.
 */
export async function acceptEvents(
  deps: IntakeDeps,
  events: IncomingEvent[],
  traceparent?: string,
): Promise<EventOutcome[]> {
  const outcomes = events.map((): EventOutcome => NO_ROSTER)
  const batch = { events, outcomes, traceparent }
  const known = await deps.store.directory.kept(events.map((event) => event.roster))
  const gone = await recordAt(deps, batch, [...events.keys()], known)
  if (gone.length === 0) return outcomes
  // What is kept may be outdated; a roster that has left its lane meanwhile is asked for where it is now.
  const newest = await deps.store.directory.newest(gone.map((at) => events[at]?.roster ?? ''))
  const left = await recordAt(deps, batch, gone, newest)
  if (
    !(await hasMoved(
      deps,
      left.flatMap((at) => events[at] ?? []),
    ))
  )
    return outcomes
  throw new AppError('store_unavailable', { message: 'A roster has moved to another team key.', retryAfterMs: 1_000 })
}

/** Whether one of these is of a roster that is elsewhere by now. What is for one that was deleted is refused: another has its id. */
async function hasMoved({ store }: IntakeDeps, events: readonly IncomingEvent[]): Promise<boolean> {
  for (const { roster, born } of events)
    if (born === undefined || (await store.rosters.find(roster))?.createdAt === born) return true
  return false
}

const NO_ROSTER: EventOutcome = { status: 'rejected', problem: 'roster_not_found' }

/** Records the events at these places, and notes how each ended. Returns the places whose lane knows their roster no more. */
async function recordAt(
  deps: IntakeDeps,
  batch: { events: IncomingEvent[]; outcomes: EventOutcome[]; traceparent: string | undefined },
  places: number[],
  teamKeyOf: ReadonlyMap<string, string>,
): Promise<number[]> {
  const lanes = new Map<string, number[]>()
  for (const at of places) {
    const lane = teamKeyOf.get(batch.events[at]?.roster ?? '')
    if (lane !== undefined) placesOf(lanes, lane).push(at)
  }
  const gone: number[] = []
  await inParallel(LANES_AT_ONCE, [...lanes], async ([lane, ours]) => {
    const changes = ours.flatMap((at) => batch.events[at] ?? []).map((event) => toChange(deps, event))
    const recorded = await recordAndWake(deps, lane, changes, {
      traceparent: batch.traceparent,
      limit: deps.rosterLimit,
    })
    ours.forEach((at, index) => {
      batch.outcomes[at] = toOutcome(recorded[index])
      if (recorded[index]?.outcome === 'gone') gone.push(at)
    })
  })
  return gone
}

function placesOf(lanes: Map<string, number[]>, lane: string): number[] {
  const places = lanes.get(lane) ?? []
  lanes.set(lane, places)
  return places
}

/** Records changes of one team key and rings its lane, unless a worker is there already: it finds them by itself. */
export async function recordAndWake(
  deps: Pick<IntakeDeps, 'store' | 'dedupDays' | 'asker'>,
  teamKey: string,
  changes: MemberChange[],
  {
    traceparent,
    intoClosing,
    limit,
  }: { traceparent?: string | undefined; intoClosing?: boolean; limit?: number | undefined } = {},
): Promise<RecordedChange[]> {
  const result = await deps.store.recordChanges({
    teamKey,
    changes: changes.map((change) => (change.asker === undefined ? { ...change, asker: deps.asker ?? null } : change)),
    dedupMs: deps.dedupDays * DAY_MS,
    intoClosing,
    limit,
  })
  const accepted = changes.filter((_, at) => result.changes[at]?.outcome === 'accepted')
  const hasWork = accepted.length > 0
  // Before the bell, so that the worker finds it; not waited for: a trace that parts here is no reason to be slow.
  if (hasWork && traceparent !== undefined)
    deps.store
      .lane(teamKey)
      .traces.note(accepted, traceparent)
      .catch(() => {})
  // Not waited for: what is recorded is kept, and a lane whose bell was not heard is found by the sweep.
  if (hasWork) deps.store.noteRecorded(teamKey, result).catch(() => {})
  return result.changes
}

/** Release 0.1.0 had no events of these, so it left no marks of them. */
const isNewOrigin = (origin: EventEntry['o']) => origin === 'scim' || origin === 'source'

function toChange(deps: IntakeDeps, event: IncomingEvent): MemberChange {
  return {
    roster: event.roster,
    member: event.member,
    kind: event.kind,
    email: event.email,
    emailIfNone: event.emailIfNone,
    firstName: event.firstName,
    lastName: event.lastName,
    time: event.time,
    onVersion: event.onVersion,
    born: event.born,
    priority: event.priority ?? 'interactive',
    digest: event.id === undefined ? undefined : eventDigest(event.roster, event.source, event.id),
    formerDigest:
      event.id === undefined || isNewOrigin(event.origin) ? undefined : formerEventDigest(event.source, event.id),
    timelineEntry: formatEntry({
      t: deps.clock.now(),
      k: event.entry ?? ENTRY_KIND[event.kind],
      o: event.origin,
      e: event.id,
    }),
    asker: deps.asker ?? null,
    fact: event.fact,
  }
}

function toOutcome(recorded: RecordedChange | undefined): EventOutcome {
  switch (recorded?.outcome) {
    case 'accepted':
    case 'duplicate':
    case 'stale':
      return { status: recorded.outcome, problem: null }
    case 'changed':
      return { status: 'stale', problem: null, isOutdated: true }
    case 'future':
      return { status: 'rejected', problem: 'time_in_future' }
    case 'full':
      return { status: 'rejected', problem: 'roster_full' }
    case 'gone':
    case undefined:
      return { status: 'rejected', problem: 'roster_not_found' }
  }
}
