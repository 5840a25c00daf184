import { groupFindings, heldBuilds, heldFinding, isBuildLack, lastUsable } from '../../domain/build.ts'
import { describeSupply, judgeSupply, supplyFindings, type Supply } from '../../domain/build-supply.ts'
import { refusalWarnings, releaseRefusal } from '../../domain/build-steps.ts'
import { takeNews, type BuildMemory } from '../../domain/build-watch.ts'
import { peopleInGroup } from '../../domain/member.ts'
import type { Roster, Warning } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import { formatBuildMemory } from '../../store/index.ts'
import { dropUnusedWebhook } from '../apple-webhooks/take-back.ts'
import { judgeDoubt } from '../visit/judge-doubt.ts'
import { stopLane } from '../visit/stop-lane.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { openLook, type Look } from './look.ts'
import { buildsTask } from '../schedule/plan-roster-tasks.ts'
import { readAppBuilds, type AppBuilds } from './read-app-builds.ts'
import { giveBuilds, releaseBuilds, submitBuilds } from './take-build-steps.ts'

/** After a look that failed, or whose worker died. */
const RETRY_MS = 60_000
/** After a token that Apple rejected by chance. */
const CHANCE_MS = 1_000
/** While a roster wants held builds released: an approval is seen, and answered, within a minute. */
const RELEASE_WATCH_MS = 45_000
/** After a step that Apple took: what came of it shows in the next reading. */
const SOON_MS = 10_000

/**
 * Looks at an app's builds for all rosters of the lane: tells upstream what is new, gives new builds to automatic rosters, and
 * plans the next look. Bulk work: it leaves its larger share of the quota to events.
 */
export async function watchBuilds(visit: Visit, task: string, appId: string): Promise<void> {
  const { store, clock, settings } = visit.deps
  const schedule = store.lane(visit.teamKey).schedule
  // Put off to a time that is known: who plans it anew meanwhile (Apple's webhook) is heard.
  const putOffTo = clock.now() + Math.min(RETRY_MS, settings.buildWatchMs)
  await schedule.replan(task, putOffTo)
  const rosters = await rostersOfApp(visit, appId)
  visit.bulkOnly = true
  if (rosters.length === 0) {
    await dropUnusedWebhook({ store, session: sessionOf(visit) }, appId)
    return schedule.settle(task, putOffTo, null)
  }
  try {
    const { isWritten, isDoubtful, endsAt } = await lookAtApp(visit, appId, rosters)
    const releases = rosters.some((roster) => roster.heldBuilds === 'release' && !roster.paused)
    const everyMs = releases ? Math.min(RELEASE_WATCH_MS, settings.buildWatchMs) : settings.buildWatchMs
    // Never later than the interval, and a little earlier at random, so that many apps do not stay in step.
    const next = Math.round(clock.now() + everyMs * (0.8 + Math.random() * 0.2))
    await schedule.settle(task, putOffTo, task === buildsTask(appId) ? next : null)
    if (endsAt < next) await schedule.plan(buildsTask(appId), endsAt)
    if (isWritten || isDoubtful)
      await schedule.plan(buildsTask(appId), clock.now() + Math.min(SOON_MS, settings.buildWatchMs))
  } catch (error) {
    if (isAppError(error, 'apple_rate_limited')) stopLane(visit, error)
    if (isAppError(error, 'key_rejected', 'key_forbidden', 'agreement_required')) {
      const works = (await judgeDoubt(visit, appId, error)) === 'works'
      if (works && error.code === 'key_rejected') await schedule.settle(task, putOffTo, clock.now() + CHANCE_MS)
    }
    throw error
  }
}

async function rostersOfApp(visit: Visit, appId: string): Promise<Roster[]> {
  const { store } = visit.deps
  const found = await store.rosters.findMany(await store.rostersOf(visit.teamKey))
  return [...found.values()].filter((roster) => roster.teamKey === visit.teamKey && roster.app.id === appId)
}

interface Looked {
  /** Something was changed at Apple. */
  isWritten: boolean
  /** A group's last build is missing before its time: one more reading decides. */
  isDoubtful: boolean
  /** When the first of the groups has no usable build any more (ms). */
  endsAt: number
}

async function lookAtApp(visit: Visit, appId: string, rosters: Roster[]): Promise<Looked> {
  const { store, clock, log } = visit.deps
  const served = rosters.filter((roster) => roster.blocked === null && !roster.deleting)
  if (served.length === 0) return { isWritten: false, isDoubtful: false, endsAt: Infinity }
  const session = sessionOf(visit)
  const groupIds = served.map((roster) => roster.group.id)
  const read = await readAppBuilds(session, appId, groupIds)
  const builds = store.lane(visit.teamKey).builds
  const looks: Look[] = []
  for (const roster of served) {
    const known = await builds.find(roster.id)
    const seen = { app: read.builds, group: read.ofGroup(roster.group.id) }
    looks.push(openLook(roster, known?.memory ?? null, seen, clock.now()))
  }
  const taken = await takeSteps({ session, clock, log }, looks)
  const supplies: Supply[] = []
  for (const look of looks) supplies.push(await recordLook(visit, look, read))
  if (taken.failure) throw taken.failure
  const now = clock.now()
  return {
    isWritten: taken.isWritten,
    isDoubtful: supplies.some(({ gone }) => gone === 'once'),
    endsAt: Math.min(...supplies.map((supply) => describeSupply(supply, now).runsOutAt ?? Infinity)),
  }
}

/** A step that fails keeps no other roster from being told what was read. */
async function takeSteps(
  deps: Parameters<typeof giveBuilds>[0],
  looks: Look[],
): Promise<{ isWritten: boolean; failure: AppError | null }> {
  let isWritten = false
  try {
    // First, by what Apple shows: a build that is given now may open by itself.
    isWritten = await releaseBuilds(deps, looks)
    for (const look of looks) isWritten = (await giveBuilds(deps, look)) || isWritten
    isWritten = (await submitBuilds(deps, looks)) || isWritten
    return { isWritten, failure: null }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { isWritten, failure: error }
  }
}

async function recordLook(visit: Visit, look: Look, { complete }: AppBuilds): Promise<Supply> {
  const { store, clock, log } = visit.deps
  const { roster, known, seen, before } = look
  const now = clock.now()
  const supply = judgeSupply(before?.supply, seen, now, complete)
  const news = takeNews(roster.id, known, seen.group, now, complete, { before: before?.supply, now: supply })
  if (news.some(({ successor }) => successor !== undefined)) {
    const people = peopleInGroup(await store.members(roster.teamKey, roster.id).counts())
    for (const one of news) if (one.successor !== undefined) one.peopleAffected = people
  }
  const memory: BuildMemory = {
    v: 1,
    mode: roster.builds,
    builds: known,
    findings: findingsOf(look, complete, supply, now),
    supply,
    refusals: refusalWarnings(known, seen, now),
  }
  const isSame = before !== null && formatBuildMemory(before) === formatBuildMemory(memory)
  const entry = { roster: roster.id, createdAt: roster.createdAt, at: now, memory: isSame ? null : memory, news }
  if (!(await store.lane(visit.teamKey).builds.record(visit.lease.token, entry))) throw new AppError('lease_lost')
  for (const { type, build } of news) log.info({ event: type, roster: roster.id, build: build.id }, type)
  return supply
}

/** What the group lacks. Of a build that it got a moment ago, Apple's word from before is not repeated: it is about another state. */
function findingsOf(
  { known, seen: { group }, before, mayOpen }: Look,
  isComplete: boolean,
  supply: Supply,
  now: number,
): Warning[] {
  if (!isComplete) return before?.findings ?? []
  const held = heldBuilds(group, now)
  const refused = held.flatMap(({ id }) => releaseRefusal(known.get(id)) ?? [])
  // Where nothing can be tested the group's own findings name them already.
  const isNamed = lastUsable(group, now) === undefined || held.length === 0
  const findings = [...groupFindings(group, now), ...(isNamed ? [] : [heldFinding(held)])]
  return [
    ...(mayOpen ? findings.filter(({ code }) => !isBuildLack(code)) : findings),
    ...refused,
    ...supplyFindings(supply, now),
  ]
}
