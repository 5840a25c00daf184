import type { Redis } from 'ioredis'
import type { Problem, TeamKeyStatus } from '../../domain/roster.ts'
import { list, number, or, read, text as string } from '../../domain/shape.ts'
import { readKeyStatus, readProblem } from '../stored-shapes.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys, queueKeys } from '../keys.ts'
import { parseWaits, type LaneMemory } from './lane-memory.ts'
import { wakesAt } from './sleeping-jobs.ts'

const readScript = defineScript(import.meta.url, './lane-overview.lua', './outboxes.lua')

/** One lane in a list of thousands, read in one step. */
export interface LaneOverview {
  teamKey: string
  status: TeamKeyStatus
  problem: Problem | null
  paused: boolean
  blocked: Problem | null
  /** Not begun: all that is recorded or queued, whatever its priority. */
  waiting: number
  /** Of these: jobs of lists and readings. */
  prioritized: number
  active: number
  delayed: number
  /** Until when the last of these sleeps (ms). */
  sleepUntil: number | null
  failed: number
  /** The last ones, as far as they are kept. */
  completed: number
  budget: { limit: number | null; remaining: number | null; observedAt: number | null }
  /** Plans that wait for a person. */
  held: number
  /** App Store Connect gives this team key no usable answers, or has just refused it. */
  outage: 'silent' | 'refused' | null
  /** What the last visit could not do, and until when (ms): events and bulk work. */
  waits: LaneMemory['waits']
}

const ROW = list(or(string, number))

/** Lanes at once: the event loop and the store serve others in between. */
const CHUNK = 250

/** The overviews of these lanes, in the order given. */
export async function readLaneOverviews(redis: Redis, teamKeys: readonly string[]): Promise<LaneOverview[]> {
  const lanes: LaneOverview[] = []
  for (let from = 0; from < teamKeys.length; from += CHUNK) {
    const chunk = teamKeys.slice(from, from + CHUNK)
    lanes.push(...(await Promise.all(chunk.map((teamKey) => readLaneOverview(redis, teamKey)))))
  }
  return lanes
}

/** What every page, the API and the metrics show of a lane. */
export async function readLaneOverview(redis: Redis, teamKey: string): Promise<LaneOverview> {
  const lane = laneKeys(teamKey)
  const queue = queueKeys(teamKey)
  const keys = [lane.lane, lane.budget, lane.outboxNow, lane.outboxInteractive, lane.outboxBulk]
  const queued = [queue.wait, queue.active, queue.prioritized, queue.delayed, queue.failed, queue.completed]
  const answer = await readScript.run(redis, [...keys, ...queued, lane.rosters], [lane.roster('*').held])
  const row = read(ROW, answer, 'An answer of lane-overview.lua')
  const text = (at: number) => String(row[at] ?? '')
  const count = (at: number) => Number(row[at] ?? 0)
  const numberOrNull = (at: number) => (text(at) === '' ? null : Number(row[at]))
  return {
    teamKey,
    status: readKeyStatus(text(0)),
    problem: readProblem(text(1)),
    paused: text(2) === '1',
    blocked: readProblem(text(3)),
    waiting: count(4) + count(5) + count(6),
    prioritized: count(6),
    active: count(7),
    delayed: count(8),
    sleepUntil: text(17) === '' ? null : wakesAt(text(17)),
    failed: count(9),
    completed: count(10),
    budget: { limit: numberOrNull(11), remaining: numberOrNull(12), observedAt: numberOrNull(13) },
    held: count(14),
    outage: text(16) !== '' ? 'refused' : count(15) > 0 ? 'silent' : null,
    waits: parseWaits(text(18)),
  }
}

/** When the oldest work that waits for its turn was recorded (ms); null where nothing does. What sleeps until a time of its own waits for nobody. */
export async function oldestWaitingAt(redis: Redis, teamKey: string): Promise<number | null> {
  const lane = laneKeys(teamKey)
  const queue = queueKeys(teamKey)
  const [waiting, prioritized, ...recorded] = await Promise.all([
    redis.lindex(queue.wait, -1),
    redis.zrange(queue.prioritized, '0', '0'),
    ...[lane.outboxNow, lane.outboxInteractive, lane.outboxBulk].map((key) =>
      redis.zrange(key, '0', '0', 'WITHSCORES'),
    ),
  ])
  const jobs = [waiting, prioritized[0]].filter((id) => id !== null && id !== undefined)
  const queuedAt = await Promise.all(jobs.map((id) => redis.hget(queue.job(id), 'timestamp')))
  const times = [...queuedAt, ...recorded.map(([, score]) => score)]
    .filter((time) => time !== null && time !== undefined)
    .map(Number)
  return times.length === 0 ? null : Math.min(...times)
}
