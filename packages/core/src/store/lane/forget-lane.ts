import type { Redis } from 'ioredis'
import { nodeOf } from '../connection/cluster-nodes.ts'
import { keysLike } from '../connection/keys-like.ts'
import { laneKeys, queueKeys } from '../keys.ts'
import { outboxKeys } from './lane-outbox.ts'

const PAGE = 500

/**
 * A team key leaves nothing to one that is made under its id later: not what stopped its lane, nor what was left of a quota, nor tasks,
 * jobs, or the marks of events that were seen. What upstream has still to be told stays, and so do erasures.
 */
export async function forgetLane(redis: Redis, teamKey: string): Promise<void> {
  const keys = laneKeys(teamKey)
  const queue = queueKeys(teamKey)
  const lists = [queue.wait, queue.active]
  const sets = [queue.completed, queue.prioritized, queue.delayed, queue.failed]
  const ids = await Promise.all([
    ...lists.map((key) => redis.lrange(key, 0, -1)),
    ...sets.map((key) => redis.zrange(key, '0', '-1')),
  ])
  const node = nodeOf(redis, keys.lane)
  const gone = [
    ...(await keysLike(node, keys.seen(0).slice(0, -1))),
    ...(await keysLike(node, keys.kept(''))),
    ...(await keysLike(node, keys.planNames(''))),
    ...ids.flat().flatMap((id) => [queue.job(id), `${queue.job(id)}:lock`, `${queue.job(id)}:logs`]),
    ...lists,
    ...sets,
    ...outboxKeys(keys),
    keys.work,
    keys.traces,
    keys.reconciliations,
    keys.removedShares,
    keys.schedule,
    keys.budget,
    // Last: what was made of a lane is known by it.
    keys.lane,
  ]
  for (let from = 0; from < gone.length; from += PAGE) await redis.unlink(...gone.slice(from, from + PAGE))
}

/** Whether anything is there of a lane that was served: its team key was deleted by a process that died half-way, or during a visit. */
export async function isLaneKnown(redis: Redis, teamKey: string): Promise<boolean> {
  const { lane, budget, schedule } = laneKeys(teamKey)
  return (await redis.exists(lane, budget, schedule)) > 0
}
