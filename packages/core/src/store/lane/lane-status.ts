import type { Redis } from 'ioredis'
import type { Problem, TeamKeyStatus } from '../../domain/roster.ts'
import { readKeyStatus, readProblem } from '../stored-shapes.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'
import { parseRest, parseSince, parseSuspicion } from './lane-memory.ts'

const writeScript = defineScript(import.meta.url, './standing-write.lua')

/**
 * App Store Connect answers nobody of this team key: it gives no usable answers, or it refused the key, which is not believed before it
 * was refused over a minute. `until`: when it is asked again (ms), as far as that is known; `since`: null in a lane of an earlier release.
 */
export interface LaneOutage {
  kind: 'silent' | 'refused'
  since: number | null
  until: number | null
}

/** What is known of a team key and its lane beside the queue. */
export interface LaneStanding {
  status: TeamKeyStatus
  problem: Problem | null
  paused: boolean
  /** When it was paused (ms), where that was noted. */
  pausedAt: number | null
  blocked: Problem | null
  outage: LaneOutage | null
}

/** How a lane stands: paused, blocked, and what App Store Connect last said to its key. */
export async function readLaneStanding(redis: Redis, teamKey: string): Promise<LaneStanding> {
  const [status, problem, paused, blocked, pausedAt, ...stopped] = await redis.hmget(
    laneKeys(teamKey).lane,
    'status',
    'problem',
    'paused',
    'blocked',
    'pausedAt',
    'outage',
    'suspicion',
    'rest',
    'outageSince',
  )
  return {
    status: readKeyStatus(status),
    problem: readProblem(problem),
    paused: paused === '1',
    blocked: readProblem(blocked),
    pausedAt: paused === '1' && pausedAt ? Number(pausedAt) : null,
    outage: readOutage(stopped),
  }
}

function readOutage([outage, suspicion, rest, since]: (string | null)[]): LaneOutage | null {
  const until = parseRest(rest)?.until ?? null
  const refused = parseSuspicion(suspicion)
  if (refused !== null) return { kind: 'refused', since: refused.since, until }
  return Number(outage ?? 0) > 0 ? { kind: 'silent', since: parseSince(since), until } : null
}

/** Whether a person has paused the lane. */
export async function isLanePaused(redis: Redis, teamKey: string): Promise<boolean> {
  return (await redis.hget(laneKeys(teamKey).lane, 'paused')) === '1'
}

/** `at` (ms): since when, for people; a lane that is paused already keeps its own. */
export async function pauseLane(redis: Redis, teamKey: string, at: number): Promise<void> {
  if (await isLanePaused(redis, teamKey)) return
  await redis.hset(laneKeys(teamKey).lane, 'paused', '1', 'pausedAt', String(at))
}

/** Ends a pause; a lane that is not paused stays as it is. Nobody is woken by it. */
export async function resumeLane(redis: Redis, teamKey: string): Promise<void> {
  await redis.hdel(laneKeys(teamKey).lane, 'paused', 'pausedAt')
}

/**
 * The key that a standing is about: when it was given (ms), and whether it is the lane's from now on. `isMade`: its team key was made just
 * now, so whatever stands there is of one that was deleted.
 */
export interface KeyOfStanding {
  at: number
  isNew?: boolean
  isMade?: boolean
}

/** Changes the given fields of a lane's standing and leaves the others. Of a key that was replaced since nothing is written. */
export async function writeLaneStanding(
  redis: Redis,
  teamKey: string,
  standing: Partial<Omit<LaneStanding, 'outage'>>,
  key?: KeyOfStanding,
): Promise<void> {
  const fields: string[] = []
  if (standing.status !== undefined) fields.push('status', standing.status)
  if (standing.problem !== undefined) fields.push('problem', standing.problem ? JSON.stringify(standing.problem) : '')
  if (standing.paused !== undefined) fields.push('paused', standing.paused ? '1' : '0')
  if (standing.blocked !== undefined) fields.push('blocked', standing.blocked ? JSON.stringify(standing.blocked) : '')
  // What made the lane rest is mended.
  if (standing.blocked === null) fields.push('rest', '', 'waits', '', 'suspicion', '')
  // What the former key may not do, another one may.
  if (standing.blocked === null && key?.isNew) fields.push('endpoints', '')
  await writeScript.run(
    redis,
    [laneKeys(teamKey).lane],
    [key?.at ?? '', key?.isMade ? 'made' : key?.isNew ? 'new' : '', ...fields],
  )
}
