import type { Redis } from 'ioredis'
import { read, texts } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, READY_SHARDS, readyShard } from '../keys.ts'

const ringLane = defineScript(import.meta.url, './ring-lane.lua', './ring.lua', '../connection/now-ms.lua')
const claimDue = defineScript(import.meta.url, './claim-due.lua', './claim.lua', '../connection/now-ms.lua')
const settleClaim = defineScript(import.meta.url, './settle-claim.lua', '../connection/now-ms.lua')

/** So long a ring waits for the end of the visit that is under way; most are shorter, and who comes after that finds the lease taken. */
export const VISIT_HOLD_MS = 1_000

/** A lane that this worker may visit until the claim runs out. */
export interface Claim {
  lane: string
  /**
   * The score the claim was written with: settling is refused when somebody has moved the lane meanwhile. 0: there is no claim yet, it is
   * made as the lane is opened, if the lane is due.
   */
  until: number
}

/**
 * Lanes by earliest useful visit. A hint, since it lies in another slot than the lanes: the sweep over the register is the
 * guarantee. A claim is the lane's own entry, moved into the future, so a dead worker's lane is due again by itself.
 * Callers give spans, and the scripts go by Redis's clock: a host whose clock is wrong makes nobody wait.
 */
export interface ReadyIndex {
  /** The lane is due in `inMs` at the latest, or once it is held or visited no longer; rings the doorbell when that is now. */
  ring(lane: string, inMs?: number): Promise<void>
  /** Up to `limit` due lanes, claimed for `claimMs`; of `only` these lanes when given. */
  claim(options: { limit: number; claimMs: number; only?: readonly string[] | undefined }): Promise<Claim[]>
  /** Holds a claim for longer; a lane that was rung or claimed by another meanwhile is left alone. */
  extend(claim: Claim, claimMs: number): Promise<void>
  /**
   * Gives a claimed lane its next visit, or takes it out (null), unless it was rung meanwhile. For `holdMs` no ring brings a visit:
   * nothing can be done, however many events arrive.
   */
  settle(claim: Claim, next: { inMs: number | null; holdMs: number }): Promise<void>
  /** When each lane is due (ms); null for those not in the index. */
  dueAt(lanes: string[]): Promise<(number | null)[]>
  /** Lanes that are due and that nobody has claimed: how many, and since when the first of them (ms; null for none). */
  late(now: number): Promise<{ lanes: number; since: number | null }>
}

/** So long rings of a lane that no worker came for yet go together: each would be a step of the store, and a write to its disk. */
const UNHEARD_MS = 20

/** `testClock`: a test may pass one; Redis's own otherwise. */
export function createReadyIndex(redis: Redis, testClock?: { now(): number }): ReadyIndex {
  const keysOf = (lane: string) => [globalKeys.ready(readyShard(lane)), globalKeys.held(readyShard(lane))]
  const now = () => testClock?.now() ?? ''
  const ringIn = async (lane: string, inMs: number) => {
    const args = [lane, Math.max(0, Math.round(inMs)), globalKeys.doorbell, now()]
    return (await ringLane.run(redis, keysOf(lane), args)) === 1
  }
  // Answers that come together ring together: the bell is rung after all of them were dealt with.
  const ringingSoon = new Map<string, Promise<void>>()
  /** Until its answer came; where the lane was due already, which nobody has come for yet, for a while longer. */
  const ringingNow = new Map<string, Promise<void>>()
  const ringSoon = async (lane: string) => {
    await (ringingNow.get(lane) ?? new Promise<void>((resolve) => process.nextTick(resolve)))
    ringingSoon.delete(lane)
    const rung = ringIn(lane, 0)
    const end = rung
      .then((isSooner) => (isSooner ? undefined : new Promise<void>((resolve) => setTimeout(resolve, UNHEARD_MS))))
      .catch(() => {})
      .finally(() => ringingNow.delete(lane))
    ringingNow.set(lane, end)
    await rung
  }
  return {
    async ring(lane, inMs) {
      if (inMs !== undefined) return void (await ringIn(lane, inMs))
      const ringing = ringingSoon.get(lane) ?? ringSoon(lane)
      ringingSoon.set(lane, ringing)
      return ringing
    },
    async claim({ limit, claimMs, only }) {
      const shards = only ? groupByShard(only) : allShards()
      const claims: Claim[] = []
      for (const { shard, lanes } of shards) {
        const left = limit - claims.length
        if (left <= 0) break
        const keys = [globalKeys.ready(shard), globalKeys.held(shard)]
        const answer = await claimDue.run(redis, keys, [now(), claimMs, left, VISIT_HOLD_MS, ...lanes])
        const [until, ...claimed] = read(texts, answer, 'An answer of claim-due.lua')
        for (const lane of claimed) claims.push({ lane, until: Number(until) })
      }
      return claims
    },
    async extend(claim, claimMs) {
      const until = await settleClaim.run(redis, keysOf(claim.lane), [claim.lane, claim.until, claimMs, 0, now()])
      if (until !== '') claim.until = Number(until)
    },
    async settle({ lane, until }, { inMs, holdMs }) {
      const args = [lane, until, inMs === null ? '' : Math.round(inMs), Math.round(holdMs), now()]
      await settleClaim.run(redis, keysOf(lane), args)
    },
    async dueAt(lanes) {
      const scores = await Promise.all(lanes.map((lane) => redis.zscore(globalKeys.ready(readyShard(lane)), lane)))
      return scores.map((score) => (score === null ? null : Number(score)))
    },
    async late(now) {
      const shards = await Promise.all(
        allShards().map(async ({ shard }) => {
          const [lanes, first] = await Promise.all([
            redis.zcount(globalKeys.ready(shard), '-inf', now),
            redis.zrange(globalKeys.ready(shard), '0', '0', 'WITHSCORES'),
          ])
          return { lanes, since: lanes > 0 && first[1] !== undefined ? Number(first[1]) : null }
        }),
      )
      const times = shards.flatMap(({ since }) => (since === null ? [] : [since]))
      return {
        lanes: shards.reduce((sum, { lanes }) => sum + lanes, 0),
        since: times.length === 0 ? null : Math.min(...times),
      }
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
