import { groupFindings, isBuildLack } from '../../domain/build.ts'
import { refusalWarnings } from '../../domain/build-steps.ts'
import { takeNews, type BuildBook } from '../../domain/build-watch.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import { createBuilds, createSchedule, formatBook } from '../../store/index.ts'
import { dropUnusedWebhook } from '../apple-webhooks/drop-unused-webhook.ts'
import { judgeDoubt } from '../lanes/judge-doubt.ts'
import { stopLane } from '../lanes/stop-lane.ts'
import { sessionOf, type Visit } from '../lanes/visit.ts'
import { openLook, type Look } from './look.ts'
import { buildsTask } from './plan-roster-tasks.ts'
import { readAppBuilds, type AppBuilds } from './read-app-builds.ts'
import { giveBuilds, submitBuilds } from './take-build-steps.ts'

/** After a look that failed, or ended its worker. */
const RETRY_MS = 60_000
/** After a token that Apple rejected by chance. */
const CHANCE_MS = 1_000
/** After a step that Apple took: what came of it shows in the next reading. */
const SOON_MS = 10_000

/**
 * Looks at an app's builds for all rosters of the lane: tells upstream what is new, gives new builds to automatic rosters, and
 * plans the next look. Bulk work: it leaves its larger share of the quota to events.
 */
export async function watchBuilds(visit: Visit, task: string, appId: string): Promise<void> {
  const { store, clock, settings } = visit.deps
  const schedule = createSchedule(store.redis, visit.teamKey)
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
    const isWritten = await lookAtApp(visit, appId, rosters)
    // Never later than the interval, and a little earlier at random, so that many apps do not stay in step.
    const next = Math.round(clock.now() + settings.buildWatchMs * (0.8 + Math.random() * 0.2))
    await schedule.settle(task, putOffTo, task === buildsTask(appId) ? next : null)
    if (isWritten) await schedule.plan(buildsTask(appId), clock.now() + Math.min(SOON_MS, settings.buildWatchMs))
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

/** True when something was changed at Apple. */
async function lookAtApp(visit: Visit, appId: string, rosters: Roster[]): Promise<boolean> {
  const { store, clock, log } = visit.deps
  const served = rosters.filter((roster) => roster.blocked === null && !roster.deleting)
  if (served.length === 0) return false
  const session = sessionOf(visit)
  const groupIds = served.map((roster) => roster.group.id)
  const read = await readAppBuilds(session, appId, groupIds)
  const builds = createBuilds(store.redis, visit.teamKey)
  const looks: Look[] = []
  for (const roster of served) {
    const known = await builds.find(roster.id)
    const seen = { app: read.builds, group: read.ofGroup(roster.group.id) }
    looks.push(openLook(roster, known?.book ?? null, seen, clock.now()))
  }
  const taken = await takeSteps({ session, clock, log }, looks)
  for (const look of looks) await recordLook(visit, look, read)
  if (taken.failure) throw taken.failure
  return taken.isWritten
}

/** A step that fails keeps no other roster from being told what was read. */
async function takeSteps(
  deps: Parameters<typeof giveBuilds>[0],
  looks: Look[],
): Promise<{ isWritten: boolean; failure: AppError | null }> {
  let isWritten = false
  try {
    for (const look of looks) isWritten = (await giveBuilds(deps, look)) || isWritten
    isWritten = (await submitBuilds(deps, looks)) || isWritten
    return { isWritten, failure: null }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { isWritten, failure: error }
  }
}

async function recordLook(visit: Visit, look: Look, { complete }: AppBuilds): Promise<void> {
  const { store, clock, log } = visit.deps
  const { roster, known, seen, before } = look
  const now = clock.now()
  const news = takeNews(roster.id, known, seen.group, now, complete)
  const book: BuildBook = {
    v: 1,
    mode: roster.builds,
    builds: known,
    findings: findingsOf(look, complete, now),
    refusals: refusalWarnings(known, seen, now),
  }
  const isSame = before !== null && formatBook(before) === formatBook(book)
  const entry = { roster: roster.id, at: now, book: isSame ? null : book, news }
  if (!(await createBuilds(store.redis, visit.teamKey).record(visit.lease.token, entry)))
    throw new AppError('lease_lost')
  for (const { type, build } of news) log.info({ event: type, roster: roster.id, build: build.id }, type)
}

/** What the group lacks. Of a build that it got a moment ago, Apple's word from before is not repeated: it is about another state. */
function findingsOf({ seen, before, mayOpen }: Look, isComplete: boolean, now: number): BuildBook['findings'] {
  if (!isComplete) return before?.findings ?? []
  const findings = groupFindings(seen.group, now)
  return mayOpen ? findings.filter(({ code }) => !isBuildLack(code)) : findings
}
