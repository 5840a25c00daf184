import type { AppleClient, AppleSession, CallRecord, Credentials } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import type { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { LaneCounts, LaneJob, LaneQueue } from '../../queues/index.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { Budget, Claim, LaneMemory, LaneStore, OutboxEntry, Store } from '../../store/index.ts'
import type { Tracing } from '../../tracing.ts'
import type { CallGate } from './call-gate.ts'
import type { Endpoints } from './endpoints.ts'
import type { Lease } from './lease.ts'
import type { VisitSettings } from './visit-settings.ts'

export interface VisitDeps {
  store: Store
  lane: LaneStore
  queue: LaneQueue
  budget: Budget
  apple: AppleClient
  clock: Clock
  log: Log
  settings: VisitSettings
  toRef: ToRef
  tracing: Tracing
  dedupDays: number
  /** By which the lane is visited; absent: nobody else can come. */
  claiming?: { claim: Claim; claimMs: number }
  /** The key's credentials, opened, and when the key was given (ms); undefined when the team key is gone. */
  credentials: () => Promise<(Credentials & { at: number }) | undefined>
  /** Keeps the lane's entry in the ready index in the future while the visit lasts. */
  extendClaim: () => Promise<void>
  /** Puts the facts that were recorded on their way to upstream. Never fails. */
  tell: () => Promise<void>
  /** True once the process shuts down: what was not begun is given back. */
  draining: () => boolean
}

/** What one turn at one lane carries along. */
export interface Visit {
  deps: VisitDeps
  teamKey: string
  credentials: Credentials
  lease: Lease
  gate: CallGate
  memory: LaneMemory
  /** Changes without a job as the lane was opened, for its first round; null afterwards, and where that told nothing. */
  recorded: OutboxEntry[] | null
  /** As last counted; null once something was queued, fetched or brought back since. */
  counts: LaneCounts | null
  /** How many testers go into one relationship call: grows while Apple accepts, halves on refusal. */
  chunk: { size: number }
  /** Monotonic, ms. */
  begunAt: number
  /** Jobs in hand: their locks are renewed with the lease. */
  held: Set<LaneJob>
  /** Why the lane has to stop here, once it has. */
  stopped: AppError | null
  /** When the lane is next worth a visit (ms), where the reason to stop says so. */
  nextAt: number | null
  /** How much this visit did beside its calls: jobs made, ended or brought back, tasks. None of it, and the lane does not come at once. */
  did: number
  /** True once a member's turn came to its end. */
  served: boolean
  /** When the budget may give something again (ms) to events and to bulk work; 0 while it does. */
  refusedUntil: { events: number; bulk: number }
  /** True while nothing but bulk work is left: it leaves more of the quota to events. */
  bulkOnly: boolean
  /** What a doubtful answer means for the key, while it is being found out: no call is begun meanwhile. */
  judging: Promise<'works' | 'stopped'> | null
  /** Those that refuse whatever is asked of them. */
  endpoints: Endpoints
  /** Failures in a row that may be Apple's state as a whole. */
  failures: number
  /** How many visits in a row found Apple out of order, once this visit knows: null until then. */
  outage: number | null
  /** Answers that lowered the number of calls at once. */
  setbacks: number
}

/** One job alone while it is not known whether Apple answers again. */
export function isProbing(visit: Visit): boolean {
  return visit.memory.outage > 0 && visit.outage !== 0
}

/** A session whose calls pass the visit's gate, and are told to `note` as well. */
export function sessionOf(visit: Visit, note: (record: CallRecord) => void = () => {}): AppleSession {
  const { gate, deps, credentials, lease } = visit
  return deps.apple.session(
    credentials,
    {
      admit: (call) => gate.admit(call),
      async note(record) {
        note(record)
        visit.endpoints.note(record)
        // One success is enough to believe Apple again.
        if (record.code === null && record.status !== null) {
          visit.failures = 0
          visit.outage ??= 0
        }
        await gate.note(record)
      },
    },
    lease.signal,
  )
}

/** The rosters that the lane serves. */
export async function rostersIn({ deps, teamKey }: Visit): Promise<Roster[]> {
  const found = await deps.store.rosters.findMany(await deps.store.rostersOf(teamKey))
  return [...found.values()].filter((roster) => roster.teamKey === teamKey)
}

export function age(visit: Visit): number {
  return visit.deps.clock.monotonic() - visit.begunAt
}

/** Whether anything may still be sent in this visit. */
export function goesOn(visit: Visit): boolean {
  return (
    visit.stopped === null && visit.lease.isHeld() && !visit.deps.draining() && age(visit) < visit.deps.settings.hardMs
  )
}

/** The budget gave nothing to the class of work that is at hand, and will not before `at` (ms). */
export function noteRefusal(visit: Visit, at: number): void {
  visit.refusedUntil[visit.bulkOnly ? 'bulk' : 'events'] = at
}

/** The lane comes again at `at` at the latest. */
export function comeAgainAt(visit: Visit, at: number): void {
  visit.nextAt = visit.nextAt === null ? at : Math.min(visit.nextAt, at)
}
