import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { AppError, isAppError } from '../../errors.ts'
import type { LaneMemory } from '../../store/index.ts'
import { createCallGate } from '../visit/call-gate.ts'
import { askUnknownKey, blockLane, probeKey } from '../visit/judge-key.ts'
import { tellKey } from '../visit/tell-key.ts'
import { runDue } from './run-due.ts'
import { openEndpoints } from '../visit/endpoints.ts'
import { keepLease, LEASE_MS } from '../visit/lease.ts'
import { holdMs, nextVisit, type Idle, type VisitEnd } from './next-visit.ts'
import { runRound } from './round.ts'
import { age, comeAgainAt, goesOn, type Visit, type VisitDeps } from '../visit/visit.ts'
import { JOB_LOCK_MS } from '../visit/visit-settings.ts'

/**
 * ⑤ One turn at one lane: take the lease, make jobs of what was recorded, fetch some, carry them out together, give the lane
 * back. A lane that is paused, blocked or out of budget is given back before any job is touched.
 */
export async function visitLane(deps: VisitDeps, teamKey: string): Promise<VisitEnd> {
  const visit = await openVisit(deps, teamKey)
  if (!('lease' in visit)) return visit
  try {
    await serve(visit)
  } catch (error) {
    // A store that cannot be reached ends here too: the lane is due again, its jobs go back with it.
    deps.log.error({ err: error, teamKey }, 'The visit ended by a fault.')
    visit.stopped ??= new AppError('store_unavailable')
  }
  return closeVisit(visit)
}

const BUSY_AGAIN_MS = 1_000
const FAULT_AGAIN_MS = 5_000

async function openVisit(deps: VisitDeps, teamKey: string): Promise<Visit | VisitEnd> {
  const token = randomUUID()
  const takenAt = deps.clock.monotonic()
  const [opened, early] = await Promise.all([deps.lane.open(token, LEASE_MS, deps.claiming), readCredentials(deps)])
  if (opened.kind === 'unclaimed') return { inMs: null, holdMs: 0, idle: null }
  // Rung during another's visit: that one may end at any moment, and does not know of the ring.
  if (opened.kind === 'busy') return idleFor('busy', Math.min(Math.max(opened.leftMs, 0) + 200, BUSY_AGAIN_MS))
  if (opened.kind === 'paused') return idleFor('paused', null)
  // They may have been read before the lane was opened: in a cluster they lie on another node. The key was replaced, or deleted, in between.
  const isOfLane = early && !isAppError(early) && early.at === opened.memory.keyAt
  const credentials = isOfLane ? early : await readCredentials(deps)
  if (isAppError(credentials)) {
    deps.log.error({ err: credentials, teamKey }, 'The key of the lane cannot be opened.')
    const blocked = { code: 'secret_unreadable' as const, detail: credentials.message, at: deps.clock.now() }
    await blockLane(deps.lane, opened.memory.keyAt, blocked)
    await tellKey(deps, teamKey, opened.memory, { blocked, works: false })
    await deps.tell()
    await deps.lane.close(token)
    return idleFor('resting', deps.settings.blockedCheckMs)
  }
  if (!credentials) {
    await deps.lane.close(token)
    return idleFor('gone', null)
  }
  if (opened.recovered > 0)
    deps.log.warn({ event: 'lane.jobs_recovered', teamKey, recovered: opened.recovered }, 'lane.jobs_recovered')
  const held: Visit['held'] = new Set()
  const lease = keepLease({
    token,
    takenAt,
    clock: deps.clock,
    renew: () => (age(visit) > deps.settings.hardMs * 1.2 ? Promise.resolve(false) : deps.lane.renew(token, LEASE_MS)),
    renewed: async () => {
      await Promise.all([deps.queue.extendLocks([...held], token, JOB_LOCK_MS), deps.extendClaim()])
    },
  })
  const gate = createCallGate({
    budget: deps.budget,
    clock: deps.clock,
    log: deps.log,
    keepBack: () => (visit.bulkOnly ? deps.settings.bulkReserveShare : deps.settings.reserveShare),
    isLeaseHeld: () => lease.isHeld(),
    atOnce: () => visit.memory.parallel,
    holder: token,
    keyAt: opened.memory.keyAt,
  })
  const visit: Visit = {
    deps,
    teamKey,
    credentials,
    lease,
    gate,
    memory: opened.memory,
    recorded: opened.recorded,
    // Where another process makes jobs just now, these are outdated.
    counts: opened.recorded && opened.counts,
    chunk: { size: opened.memory.chunk },
    begunAt: takenAt,
    held,
    stopped: null,
    nextAt: null,
    did: opened.recovered,
    served: false,
    refusedUntil: { events: 0, bulk: 0 },
    bulkOnly: false,
    judging: null,
    endpoints: openEndpoints(opened.memory.endpoints, { clock: deps.clock, log: deps.log, teamKey }),
    failures: 0,
    outage: null,
    setbacks: 0,
  }
  return visit
}

/** An error where they can't be opened. */
async function readCredentials(deps: VisitDeps): Promise<Awaited<ReturnType<VisitDeps['credentials']>> | AppError> {
  try {
    return await deps.credentials()
  } catch (error) {
    if (!isAppError(error, 'secret_unreadable')) throw error
    return error
  }
}

function idleFor(idle: Idle, inMs: number | null): VisitEnd {
  return { inMs, idle, holdMs: holdMs(inMs ?? Infinity) }
}

async function serve(visit: Visit): Promise<void> {
  // Rung while it rests: what makes it rest would only be met again.
  if (isResting(visit)) return
  if (!(await passBlock(visit))) return
  while (goesOn(visit) && age(visit) < visit.deps.settings.softMs) {
    if (!(await runRound(visit))) break
  }
  // Also where the budget has nothing for the jobs: a task that needs no call, or is about events, is not held up by them.
  if (goesOn(visit)) await runDue(visit)
  await askUnknownKey(visit)
}

/** A rest of a block ends with the block: a check that passed may have ended it during the visit that wrote the rest. */
function isResting({ memory, deps }: Visit): boolean {
  const { rest, blocked } = memory
  return rest !== null && rest.until > deps.clock.now() && (!rest.ofBlock || blocked !== null)
}

/** A blocked lane costs one call a check; it resumes by itself once Apple accepts the key again. */
async function passBlock(visit: Visit): Promise<boolean> {
  const { deps, memory } = visit
  if (!memory.blocked) return true
  const checkAgainAt = deps.clock.now() + deps.settings.blockedCheckMs
  let held: string | null
  try {
    held = await probeKey(visit)
  } catch (error) {
    deps.log.warn({ err: error, teamKey: visit.teamKey }, 'The blocked lane could not be checked.')
    held = 'unknown'
  }
  if (held !== null) {
    comeAgainAt(visit, checkAgainAt)
    return false
  }
  const free = { blocked: null, suspicion: null, rest: null, waits: null, status: 'working', problem: null } as const
  await deps.lane.remember(free, memory.keyAt)
  visit.memory = { ...memory, ...free }
  deps.log.info({ event: 'lane.recovered', teamKey: visit.teamKey }, 'lane.recovered')
  return true
}

async function closeVisit(visit: Visit): Promise<VisitEnd> {
  const { deps, lease, gate, teamKey } = visit
  await visit.judging
  const isHeld = lease.isHeld()
  lease.end()
  // Whose lease it is now comes again by itself; until it has run out, nobody can do anything.
  const lost = idleFor('busy', LEASE_MS)
  if (!isHeld) return lost
  try {
    await gate.close()
    const restUntil = restsUntil(visit)
    await deps.lane.remember(learnt(visit, restUntil), visit.memory.keyAt)
    const { blocked, status } = visit.memory
    await tellKey(deps, teamKey, visit.memory, { blocked, works: gate.succeeded() || status === 'working' })
    await deps.tell()
    const left = await deps.lane.close(lease.token)
    if (left === null) return lost
    const { refusedUntil, nextAt: askedAt } = visit
    const { served } = visit
    const did = visit.did > 0 || gate.sent() > 0
    return nextVisit({ now: deps.clock.now(), did, served, restUntil, refusedUntil, askedAt, ...left })
  } catch (error) {
    deps.log.error({ err: error, teamKey }, 'The visit could not be settled.')
    return (await giveBackAnyway(deps.lane, lease.token)) ? idleFor('resting', FAULT_AGAIN_MS) : lost
  }
}

const GIVE_BACK_TRIES = 3
const GIVE_BACK_EVERY_MS = 300

/** Jobs that are given back are not taken for those of a worker that died. True once the lane is ours no more. */
async function giveBackAnyway(lane: VisitDeps['lane'], token: string): Promise<boolean> {
  for (let tried = 0; tried < GIVE_BACK_TRIES; tried++) {
    try {
      await lane.close(token)
      return true
    } catch {
      await sleep(GIVE_BACK_EVERY_MS)
    }
  }
  return false
}

/** Until when nothing at all can be done (ms): what stopped the lane, or blocks it, says so. An empty budget is asked each time. */
function restsUntil(visit: Visit): number | null {
  const { stopped, nextAt, memory } = visit
  if (stopped !== null && stopped.code !== 'budget_exhausted') return nextAt ?? visit.deps.clock.now() + FAULT_AGAIN_MS
  if (memory.rest !== null && isResting(visit)) return memory.rest.until
  return memory.blocked === null ? null : nextAt
}

const MAX_PARALLEL = 8

/** What of the lane's memory a visit has changed. */
function learnt(visit: Visit, restUntil: number | null): Partial<LaneMemory> {
  const { memory, chunk, outage, gate, stopped, setbacks } = visit
  // Calls at once: halved by a 429 or a random 401 while quota is left, raised by one after a visit without.
  const parallel =
    setbacks > 0 ? Math.max(1, Math.floor(memory.parallel / 2)) : Math.min(MAX_PARALLEL, memory.parallel + 1)
  const { events, bulk } = visit.refusedUntil
  const waits =
    restUntil !== null
      ? { events: restUntil, bulk: restUntil }
      : Math.max(events, bulk) > visit.deps.clock.now()
        ? { events, bulk: Math.max(events, bulk) }
        : null
  // A key that answered is a working one; one success ends a suspicion.
  const works = gate.succeeded() && stopped === null
  const after: Partial<LaneMemory> = {
    ...visit.endpoints.learnt(),
    ...(works ? { suspicion: null } : {}),
    ...(works && memory.status !== 'working' ? { status: 'working', problem: null } : {}),
    chunk: chunk.size,
    parallel: gate.sent() === 0 ? memory.parallel : parallel,
    outage: outage ?? memory.outage,
    // The first one, or the first one again after a success.
    ...(outage === 1 ? { outageSince: visit.deps.clock.now() } : {}),
    waits,
    ...(restUntil === null || restUntil === memory.rest?.until
      ? {}
      : { rest: { until: restUntil, ofBlock: memory.blocked !== null } }),
  }
  const before = new Map<string, unknown>(Object.entries(memory))
  const isNew = ([name, value]: [string, unknown]) => !isDeepStrictEqual(value, before.get(name))
  return Object.fromEntries(Object.entries(after).filter(isNew))
}
