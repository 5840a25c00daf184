import type { Redis } from 'ioredis'
import { defineScript } from './define-script.ts'
import { globalKeys, READY_SHARDS, readyShard } from './keys.ts'

const ringLane = defineScript(import.meta.url, './ring-lane.lua')
const claimDue = defineScript(import.meta.url, './claim-due.lua')
const settleClaim = defineScript(import.meta.url, './settle-claim.lua')

export interface Claim {
  lane: string
  /** The score the claim was written with: settling is refused when somebody has moved the lane meanwhile. */
  until: number
}

/**
 * Lanes by earliest useful visit. A hint, since it lies in another slot than the lanes: the sweep over the register is the
 * guarantee. A claim is the lane's own entry, moved into the future, so a dead worker's lane is due again by itself.
 */
export interface ReadyIndex {
  /** The lane is due at `at` (ms) at the latest; rings the doorbell when that is now. */
  ring(lane: string, at?: number): Promise<void>
  /** Up to `limit` due lanes, claimed for `claimMs`; of `only` these lanes when given. */
  claim(options: {
    limit: number
    claimMs: number
    now: number
    only?: readonly string[] | undefined
  }): Promise<Claim[]>
  /** Holds a claim for longer; a lane that was rung or claimed by another meanwhile is left alone. */
  extend(claim: Claim, claimMs: number): Promise<void>
  /** Gives a claimed lane its next visit, or takes it out (null), unless it was rung meanwhile. */
  settle(claim: Claim, nextAt: number | null): Promise<void>
  /** When each lane is due; null for those not in the index. */
  dueAt(lanes: string[]): Promise<(number | null)[]>
}

export function createReadyIndex(redis: Redis, clock: { now(): number }): ReadyIndex {
  const keyOf = (lane: string) => globalKeys.ready(readyShard(lane))
  const ringAt = async (lane: string, at: number) => {
    const channel = at <= clock.now() ? globalKeys.doorbell : ''
    await ringLane.run(redis, [keyOf(lane)], [lane, at, channel])
  }
  // Answers that come together ring together: the bell is rung after all of them were dealt with.
  const ringingNow = new Map<string, Promise<void>>()
  const ringSoon = async (lane: string) => {
    await new Promise((resolve) => process.nextTick(resolve))
    ringingNow.delete(lane)
    await ringAt(lane, clock.now())
  }
  return {
    ring(lane, at) {
      if (at !== undefined) return ringAt(lane, at)
      const ringing = ringingNow.get(lane) ?? ringSoon(lane)
      ringingNow.set(lane, ringing)
      return ringing
    },
    async claim({ limit, claimMs, now, only }) {
      const shards = only ? groupByShard(only) : allShards()
      const until = now + claimMs
      const claims: Claim[] = []
      for (const { shard, lanes } of shards) {
        const left = limit - claims.length
        if (left <= 0) break
        const claimed = await claimDue.run(redis, [globalKeys.ready(shard)], [now, until, left, ...lanes])
        for (const lane of claimed as string[]) claims.push({ lane, until })
      }
      return claims
    },
    async extend(claim, claimMs) {
      const until = clock.now() + claimMs
      const extended = await settleClaim.run(redis, [keyOf(claim.lane)], [claim.lane, claim.until, until])
      if (extended === 1) claim.until = until
    },
    async settle({ lane, until }, nextAt) {
      await settleClaim.run(redis, [keyOf(lane)], [lane, until, nextAt ?? ''])
    },
    async dueAt(lanes) {
      const scores = await Promise.all(lanes.map((lane) => redis.zscore(keyOf(lane), lane)))
      return scores.map((score) => (score === null ? null : Number(score)))
    },
  }
}

interface ShardLanes {
  shard: number
  lanes: string[]
}

/** Beginning with another shard each time, so that none is always last. */
function allShards(): ShardLanes[] {
  first = (first + 1) % READY_SHARDS
  return Array.from({ length: READY_SHARDS }, (_, at) => ({ shard: (first + at) % READY_SHARDS, lanes: [] }))
}

let first = 0

function groupByShard(lanes: readonly string[]): ShardLanes[] {
  const shards = allShards()
  for (const lane of lanes) shards.find(({ shard }) => shard === readyShard(lane))?.lanes.push(lane)
  return shards.filter((shard) => shard.lanes.length > 0)
}
