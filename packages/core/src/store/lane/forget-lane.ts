import type { Redis } from 'ioredis'
import { nodeOf } from '../connection/cluster-nodes.ts'
import { defineScript } from '../connection/define-script.ts'
import { keysLike } from '../connection/keys-like.ts'
import { laneKeys, queueName, queuePrefix } from '../keys.ts'

const forgetScript = defineScript(import.meta.url, './forget-lane.lua')

const PAGE = 500

/**
 * A team key leaves nothing to one that is made under its id later: not what stopped its lane, nor what was left of a quota, nor tasks,
 * jobs, seats, or the marks of events that were seen. What upstream has still to be told stays, in its order, and so do erasures, and the
 * turn of whoever is at the lane. A lane that has a roster, or a key that was
 * given after `keyAt` (ms), stays as it is: whoever forgets it comes late.
 */
export async function forgetLane(redis: Redis, teamKey: string, keyAt: number): Promise<void> {
  const keys = laneKeys(teamKey)
  const root = `${queuePrefix(teamKey)}:`
  const { facts, telling, sequences, erasures, lease, promised, rosters, born, closing } = keys
  // Whoever has the queue open wrote it then, and not again.
  const queueMeta = `${root}${queueName(teamKey)}:meta`
  const stays = new Set([facts, telling, sequences, erasures, lease, promised, rosters, born, closing, queueMeta])
  const isOfRoster = (key: string) => key.startsWith(`${root}roster:`) || key.startsWith(keys.arriving(''))
  // Last: what was made of a lane is known by these.
  const last = [keys.schedule, keys.budget, keys.lane]
  const found = await keysLike(nodeOf(redis, keys.lane), root)
  const gone = [...found.filter((key) => !stays.has(key) && !isOfRoster(key) && !last.includes(key)), ...last]
  for (let from = 0; from < gone.length; from += PAGE)
    await forgetScript.run(redis, [rosters, keys.lane, ...gone.slice(from, from + PAGE)], [keyAt])
}

/** When the lane's key was given (ms); 0 where that is not known. */
export async function readKeyAt(redis: Redis, teamKey: string): Promise<number> {
  return Number(await redis.hget(laneKeys(teamKey).lane, 'keyAt'))
}

/** Whether anything is there of a lane that was served: its team key was deleted by a process that died half-way, or during a visit. */
export async function isLaneKnown(redis: Redis, teamKey: string): Promise<boolean> {
  const { lane, budget, schedule } = laneKeys(teamKey)
  return (await redis.exists(lane, budget, schedule)) > 0
}
