import { groupFindings, heldBuilds, heldFinding, isBuildLack, lastUsable } from '../../domain/build.ts'
import { describeSupply, judgeSupply, supplyFindings, type Supply } from '../../domain/build-supply.ts'
import { refusalWarnings, releaseRefusal } from '../../domain/build-steps.ts'
import { takeNews, type BuildMemory } from '../../domain/build-watch.ts'
import { peopleInGroup } from '../../domain/member.ts'
import type { Roster, Warning } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import { formatBuildMemory } from '../../store/index.ts'
import { dropUnusedWebhook } from '../apple-webhooks/take-back.ts'
import { rostersIn, sessionOf, type Visit } from '../visit/visit.ts'
import { openLook, type Look } from './look.ts'
import { buildsTask } from '../schedule/plan-roster-tasks.ts'
import { readAppBuilds, type AppBuilds } from './read-app-builds.ts'
import { giveBuilds, releaseBuilds, submitBuilds } from './take-build-steps.ts'

/** While a roster wants held builds released: an approval is seen, and answered, within a minute. */
const RELEASE_WATCH_MS = 45_000
/** After a step that Apple took: what came of it shows in the next reading. */
const SOON_MS = 10_000

/**
 * Looks at an app's builds for all rosters of the lane: tells upstream what is new, and gives new builds to automatic rosters. Bulk work:
 * it leaves its larger share of the quota to events. Returns when to look again (ms), null where no roster is for the app.
 */
export async function watchBuilds(visit: Visit, appId: string): Promise<number | null> {
  const { store, clock, settings } = visit.deps
  const rosters = (await rostersIn(visit)).filter(({ app }) => app.id === appId)
  if (rosters.length === 0) {
    await dropUnusedWebhook({ store, session: sessionOf(visit) }, appId)
    return null
  }
  const { isWritten, isDoubtful, endsAt } = await lookAtApp(visit, appId, rosters)
  const releases = rosters.some((roster) => roster.heldBuilds === 'release' && !roster.paused)
  const everyMs = releases ? Math.min(RELEASE_WATCH_MS, settings.buildWatchMs) : settings.buildWatchMs
  const soon = isWritten || isDoubtful ? clock.now() + SOON_MS : Infinity
  // Never later than the interval, and a little earlier at random, so that many apps do not stay in step.
  return Math.min(endsAt, soon, Math.round(clock.now() + everyMs * (0.8 + Math.random() * 0.2)))
}

/** The same, asked for beside the regular look, which is no later because of it. */
export async function watchBuildsAgain(visit: Visit, appId: string): Promise<null> {
  const at = await watchBuilds(visit, appId)
  if (at !== null) await visit.deps.store.lane(visit.teamKey).schedule.plan(buildsTask(appId), at)
  return null
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
