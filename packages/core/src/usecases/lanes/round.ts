import type { LaneCounts, LaneJob } from '../../queues/index.ts'
import type { OutboxEntry } from '../../store/index.ts'
import { convergeBatch } from '../converge/converge-batch.ts'
import { finishTurn, type FinishDeps } from '../converge/finish-turn.ts'
import type { Brakes } from '../converge/brakes.ts'
import { findElsewhere, loadBatch, readBehind, type Batch, type ReadBehind } from '../converge/load-batch.ts'
import { openSeats } from '../converge/seats.ts'
import type { Turn } from '../converge/turn.ts'
import { endTurns, traceTurns } from '../converge/trace-turns.ts'
import { blockRoster } from '../visit/block-roster.ts'
import { makeJobs } from './enqueue-recorded.ts'
import { judgeDoubt } from '../visit/judge-key.ts'
import { noteTrouble, stopLane } from '../visit/stop-lane.ts'
import { goesOn, isProbing, noteRefusal, sessionOf, type Visit } from '../visit/visit.ts'

/** Recorded changes become jobs, some jobs are fetched and carried out together. False when nothing is left to do now. */
export async function runRound(visit: Visit): Promise<boolean> {
  const { deps } = visit
  const seen = visit.counts && visit.recorded
  visit.recorded = null
  const recorded = seen ?? (await deps.lane.takeOutbox(visit.lease.token, deps.settings.enqueue))
  const isFree = seen !== null && visit.counts !== null && hasNoJobs(visit.counts)
  // As the lane was opened its jobs were counted: the quota can be asked while those that are recorded are being made.
  const expected = seen && visit.counts ? withJobs(visit.counts, seen) : null
  const [made, early, fetched] = await Promise.all([
    recorded === 'busy' ? [] : makeJobs(deps, recorded, isFree),
    expected ? reserve(visit, expected) : null,
    isFree && expected && mayFetchAhead(visit, expected) ? fetchBehind(visit, expected, seen) : null,
  ])
  visit.did += made.length
  const drop = () => (made.length > 0 ? deps.lane.dropFromOutbox(visit.lease.token, made) : Promise.resolve(null))
  if (fetched && early) return serveFetched(visit, { ...fetched, ...early, drop, made: made.length })
  // Nothing waits for this: an entry whose job is there is looked at once more, and that does nothing.
  const dropping = drop()
  dropping.catch(() => {})
  // Where another process makes jobs just now, some of them are there.
  if (expected) visit.counts = expected
  else if (recorded === 'busy' || made.length > 0) visit.counts = null
  visit.counts ??= await deps.queue.counts()
  const { wanted, available, nextAt } = early ?? (await reserve(visit, visit.counts))
  if (wanted > 0 && available === 0) noteRefusal(visit, nextAt)
  if (wanted === 0 || available === 0) {
    await dropping
    return wanted === 0 && made.length > 0
  }
  visit.counts = null
  const [jobs] = await Promise.all([fetch(visit, Math.min(wanted, available)), dropping])
  if (jobs.length === 0) return made.length > 0
  await carryOut(visit, jobs)
  return goesOn(visit)
}

/** Where neither the quota nor Apple stood in the way the last time, jobs are fetched behind the command that makes them. */
function mayFetchAhead({ memory }: Visit, { waiting, prioritized }: LaneCounts): boolean {
  return memory.waits === null && memory.outage === 0 && waiting + prioritized > 0
}

async function fetch(visit: Visit, limit: number, behind?: () => void): Promise<LaneJob[]> {
  const jobs = await visit.deps.queue.fetch(limit, visit.lease.token, behind)
  for (const job of jobs) visit.held.add(job)
  return jobs
}

/** The jobs that are being made, and what is known of their members once they have begun. */
async function fetchBehind(visit: Visit, expected: LaneCounts, entries: readonly OutboxEntry[]) {
  const { store, lane, toRef } = visit.deps
  const items = entries.map(({ roster, member }) => ({ roster, member, ref: toRef(roster, member) }))
  let behind: ReadBehind | null = null
  const jobs = await fetch(visit, howMany(visit, expected, false), () => {
    behind = readBehind(store, lane, visit.teamKey, items)
  })
  return { jobs, behind }
}

/** The round of jobs that were fetched before it was known what the quota gives: what is too much goes back. */
async function serveFetched(
  visit: Visit,
  by: {
    jobs: LaneJob[]
    available: number
    nextAt: number
    behind: ReadBehind | null
    made: number
    drop: () => Promise<unknown>
  },
): Promise<boolean> {
  const { jobs, available, nextAt, behind, made, drop } = by
  visit.counts = null
  if (available === 0) noteRefusal(visit, nextAt)
  const back = jobs.splice(available)
  await Promise.all(back.map((job) => job.giveBack()))
  for (const job of back) visit.held.delete(job)
  if (jobs.length === 0) {
    await drop()
    return available > 0 && made > 0
  }
  await carryOut(visit, jobs, behind, drop)
  return goesOn(visit)
}

function hasNoJobs({ waiting, prioritized, delayed }: LaneCounts): boolean {
  return waiting + prioritized + delayed === 0
}

function withJobs(counts: LaneCounts, entries: OutboxEntry[]): LaneCounts {
  const bulk = entries.filter(({ from }) => from === 'bulk').length
  return { ...counts, waiting: counts.waiting + entries.length - bulk, prioritized: counts.prioritized + bulk }
}

/** Asks the quota for as many calls as there are jobs to do now. */
async function reserve(
  visit: Visit,
  counts: LaneCounts,
): Promise<{ wanted: number; available: number; nextAt: number }> {
  const wanted = howMany(visit, counts, await isOneDue(visit, counts))
  return { wanted, ...(wanted === 0 ? { available: 0, nextAt: 0 } : await visit.gate.reserve(wanted)) }
}

/** Sleeping jobs that have come due show only when fetched. */
async function isOneDue({ deps }: Visit, counts: LaneCounts): Promise<boolean> {
  const at = counts.delayed > 0 ? await deps.queue.nextDelayedAt() : null
  return at !== null && at <= deps.clock.now()
}

/** Events first: bulk work is taken once no event waits, and only while it leaves its larger reserve. */
function howMany(visit: Visit, counts: LaneCounts, isOneDue: boolean): number {
  const due = isOneDue ? visit.deps.settings.batch : 0
  visit.bulkOnly = counts.waiting === 0 && due === 0 && counts.prioritized > 0
  const ready = visit.bulkOnly ? counts.prioritized : counts.waiting + due
  return Math.min(ready, isProbing(visit) ? 1 : visit.deps.settings.batch)
}

/** `drop`: what is to be written beside the first note of a call, and nothing waits for. */
async function carryOut(
  visit: Visit,
  jobs: LaneJob[],
  behind: ReadBehind | null = null,
  drop: () => Promise<unknown> = () => Promise.resolve(null),
): Promise<void> {
  const { store, lane } = visit.deps
  try {
    const batch = await loadBatch(store, lane, visit.teamKey, jobs, behind)
    const dropping = drop()
    dropping.catch(() => {})
    await traceTurns(visit, batch.turns)
    try {
      await converge(visit, batch)
    } finally {
      endTurns(batch.turns)
    }
    await dropping
  } finally {
    for (const job of jobs) visit.held.delete(job)
  }
}

/** How often it is looked whether a roster has moved. */
const MOVE_LOOK_MS = 2_000

async function converge(visit: Visit, batch: Batch): Promise<void> {
  const { deps, lease } = visit
  const { clock } = deps
  const seats = await openSeats(visit, batch)
  const finishDeps: FinishDeps = {
    seats,
    lane: deps.lane,
    leaseToken: lease.token,
    clock: deps.clock,
    log: deps.log,
    leaseLost: () => lease.end(),
  }
  visit.did += batch.obsolete.length
  await Promise.all(batch.obsolete.map((job) => job.complete()))
  // Or the audit would record for ever what nobody is left for.
  await deps.lane.dropWork(batch.obsolete.map((job) => job.ref))
  // Nothing that came of it would be recorded here. Its mover has the lease, or is dead: then another one comes.
  await Promise.all(batch.moving.map((job) => job.later(clock.now() + MOVE_LOOK_MS)))
  await convergeBatch(
    {
      lane: {
        markWriting(token, at, marks) {
          // The first calls that it is about go out as soon as both are written. Creates alone are a call for each.
          visit.gate.beginAhead(marks.some(({ observed }) => observed.writing?.kind === 'create') ? marks.length : 1)
          return deps.lane.markWriting(token, at, marks)
        },
      },
      leaseToken: lease.token,
      sessionFor: (note) => sessionOf(visit, note),
      clock: deps.clock,
      parallel: visit.memory.parallel,
      chunk: visit.chunk,
      seats,
      brakes: brakesOf(visit),
      isKnownElsewhere: findElsewhere(visit),
      finish: (turn: Turn) => {
        if (isProgress(turn)) visit.did++
        visit.served ||= turn.ending?.kind === 'done' || turn.ending?.kind === 'retry'
        return finishTurn(finishDeps, turn).finally(() => {
          visit.held.delete(turn.job)
          endTurns([turn])
        })
      },
    },
    batch,
  )
  await seats.close()
}

/** A turn that only put its job back where it was is none: the lane would come at once, and find the same. */
function isProgress({ ending }: Turn): boolean {
  return ending !== null && ending.kind !== 'give_back' && ending.kind !== 'later'
}

/** What the visit makes of answers that are not about one member. */
function brakesOf(visit: Visit): Brakes {
  return {
    ...visit.endpoints,
    goesOn: () => goesOn(visit),
    stop: (error) => stopLane(visit, error),
    trouble: (error, merged) => noteTrouble(visit, error, merged),
    doubt: (error) => judgeDoubt(visit, error),
    judged: async () => void (await visit.judging),
    groupGone: (roster) => blockRoster(visit, roster),
  }
}
