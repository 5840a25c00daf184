import { randomUUID } from 'node:crypto'
import { createSchedule, type LaneFacts } from '../../store/index.ts'
import { auditWork } from './audit-work.ts'
import { createCallGate } from './call-gate.ts'
import { probeKey, unblockLane } from './judge-key.ts'
import { runDue } from '../reconcile/run-due.ts'
import { keepLease, LEASE } from './lease.ts'
import { runRound } from './round.ts'
import { age, comeAgainAt, goesOn, sessionOf, type Visit, type VisitDeps } from './visit.ts'
import { JOB_LOCK_MS } from './visit-settings.ts'

/**
 * ⑤ One turn at one lane: take the lease, make jobs of what was recorded, fetch some, carry them out together, give the lane
 * back. A lane that is paused, blocked or out of budget is given back before any job is touched.
 * Returns when the lane is next worth a visit (ms); null: when it is rung.
 */
export async function visitLane(deps: VisitDeps, teamKey: string): Promise<number | null> {
  const visit = await openVisit(deps, teamKey)
  if (!('lease' in visit)) return visit.nextAt
  try {
    await serve(visit)
  } catch (error) {
    // A store that cannot be reached ends here too: the lane is due again, its jobs are recovered.
    deps.log.error({ err: error, teamKey }, 'The visit ended by a fault.')
    visit.isUnclean = true
    comeAgainAt(visit, deps.clock.now() + 5_000)
  }
  return closeVisit(visit)
}

async function openVisit(deps: VisitDeps, teamKey: string): Promise<Visit | { nextAt: number | null }> {
  const token = randomUUID()
  const takenAt = deps.clock.monotonic()
  const opened = await deps.lane.open(token, LEASE.leaseMs)
  if (opened.kind === 'busy') return { nextAt: deps.clock.now() + Math.max(opened.leftMs, 0) + 200 }
  if (opened.kind === 'paused') return { nextAt: null }
  const credentials = await deps.credentials()
  if (!credentials) {
    await deps.lane.close(token, !opened.isUnclean)
    return { nextAt: null }
  }
  const held: Visit['held'] = new Set()
  const lease = keepLease({
    token,
    takenAt,
    clock: deps.clock,
    settings: LEASE,
    renew: () =>
      age(visit) > deps.settings.hardMs * 1.2 ? Promise.resolve(false) : deps.lane.renew(token, LEASE.leaseMs),
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
  })
  const visit: Visit = {
    deps,
    teamKey,
    credentials,
    lease,
    gate,
    facts: opened.facts,
    workCount: opened.workCount,
    recorded: opened.recorded,
    isUnclean: opened.isUnclean,
    counts: null,
    scheduledAt: undefined,
    chunk: { size: opened.facts.chunk },
    begunAt: takenAt,
    held,
    stopped: null,
    nextAt: null,
    bulkOnly: false,
    judging: null,
    failures: 0,
    chances: 0,
    outage: null,
    setbacks: 0,
  }
  return visit
}

async function serve(visit: Visit): Promise<void> {
  if (!(await passBlock(visit))) return
  await takeStock(visit)
  while (goesOn(visit) && age(visit) < visit.deps.settings.softMs) {
    if (!(await runRound(visit))) break
  }
  if (goesOn(visit) && visit.nextAt === null) await runDue(visit)
}

/** A blocked lane costs one call a check; it resumes by itself once Apple accepts the key again. */
async function passBlock(visit: Visit): Promise<boolean> {
  const { deps, facts } = visit
  if (!facts.blocked) return true
  const checkAgainAt = deps.clock.now() + deps.settings.blockedCheckMs
  const [roster] = await deps.store.rosters
    .findMany(await deps.store.rostersOf(visit.teamKey))
    .then((found) => [...found.values()])
  let held: string | null
  try {
    held = await probeKey({ session: sessionOf(visit), appId: roster?.app.id })
  } catch (error) {
    deps.log.warn({ err: error, teamKey: visit.teamKey }, 'The blocked lane could not be checked.')
    held = 'unknown'
  }
  if (held !== null) {
    comeAgainAt(visit, checkAgainAt)
    return false
  }
  await unblockLane(deps.lane)
  visit.facts = { ...facts, blocked: null, suspicion: null }
  deps.log.info({ event: 'lane.recovered', teamKey: visit.teamKey }, 'lane.recovered')
  return true
}

/** What the visits before left: jobs of one that died, and work that has lost its job. Most leave nothing, and cost no look. */
async function takeStock(visit: Visit): Promise<void> {
  const mayBeLost = visit.workCount > 0 && visit.recorded === 0
  if (!visit.isUnclean && !mayBeLost) return
  visit.counts = await visit.deps.queue.counts()
  const { active, waiting, prioritized, delayed } = visit.counts
  if (visit.isUnclean) await recoverStalled(visit, active)
  if (mayBeLost && active + waiting + prioritized + delayed === 0) await auditWork(visit)
}

/** Whatever is active when a visit begins is a dead worker's: the lease is ours alone. */
async function recoverStalled(visit: Visit, active: number): Promise<void> {
  const { queue, clock, settings, log } = visit.deps
  const recovered = active === 0 ? 0 : await queue.recoverStalled()
  if (recovered > 0) {
    log.warn({ event: 'lane.stalled_jobs_recovered', teamKey: visit.teamKey, recovered }, 'lane.stalled_jobs_recovered')
    visit.counts = null
  }
  visit.isUnclean = recovered < active
  if (visit.isUnclean) comeAgainAt(visit, clock.now() + settings.stalledEveryMs + 200)
}

async function closeVisit(visit: Visit): Promise<number | null> {
  const { deps, lease, gate, teamKey } = visit
  await visit.judging
  const now = deps.clock.now()
  const isHeld = lease.isHeld()
  lease.end()
  if (!isHeld) return now + LEASE.leaseMs
  try {
    await gate.close()
    await deps.lane.setFacts(learnt(visit))
    await deps.tell()
    const queued = await nextJobAt(visit)
    const recorded = await deps.lane.close(lease.token, !visit.isUnclean)
    if (recorded === null) return now + LEASE.leaseMs
    if (visit.stopped !== null) return visit.nextAt ?? now + 5_000
    if (visit.nextAt !== null && visit.facts.blocked) return visit.nextAt
    const due = recorded > 0 ? now : queued
    if (visit.nextAt === null) return due
    return due === null ? visit.nextAt : Math.min(due, visit.nextAt)
  } catch (error) {
    deps.log.error({ err: error, teamKey }, 'The lane could not be given back; its lease runs out by itself.')
    return now + LEASE.leaseMs
  }
}

const MAX_PARALLEL = 8

/** What of the lane's facts a visit has changed. */
function learnt(visit: Visit): Partial<LaneFacts> {
  const { facts, chunk, outage, gate, stopped, setbacks } = visit
  // Calls at once: halved by a 429 or a random 401 while quota is left, raised by one after a visit without.
  const parallel =
    setbacks > 0 ? Math.max(1, Math.floor(facts.parallel / 2)) : Math.min(MAX_PARALLEL, facts.parallel + 1)
  // A key that answered is a working one; one good answer ends a suspicion.
  const works = gate.succeeded() && stopped === null
  return {
    ...(chunk.size === facts.chunk ? {} : { chunk: chunk.size }),
    ...(gate.sent() === 0 || parallel === facts.parallel ? {} : { parallel }),
    ...(works && facts.status !== 'working' ? { status: 'working' as const, problem: null } : {}),
    ...(works && facts.suspicion ? { suspicion: null } : {}),
    ...(outage === null || outage === facts.outage ? {} : { outage }),
  }
}

/** When this lane has its next job or scheduled task (ms). */
async function nextJobAt(visit: Visit): Promise<number | null> {
  const { queue, clock } = visit.deps
  const counts = visit.counts ?? (await queue.counts())
  if (counts.waiting + counts.prioritized > 0) return clock.now()
  const delayedAt = counts.delayed > 0 ? await queue.nextDelayedAt() : null
  const scheduledAt =
    visit.scheduledAt === undefined
      ? await createSchedule(visit.deps.store.redis, visit.teamKey).nextAt()
      : visit.scheduledAt
  if (delayedAt === null || scheduledAt === null) return delayedAt ?? scheduledAt
  return Math.min(delayedAt, scheduledAt)
}
