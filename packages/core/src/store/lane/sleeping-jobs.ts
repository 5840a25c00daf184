import type { Redis } from 'ioredis'
import { queueKeys } from '../keys.ts'

/** BullMQ's score of a delayed job: its time times this, and a counter in the low bits. */
const SCORE_UNIT = 0x1000

/** When a job of this score wakes (ms). */
export const wakesAt = (score: string) => Math.floor(Number(score) / SCORE_UNIT)

/** Which of these jobs sleep, and until when (ms). */
export async function readSleepingJobs(
  redis: Redis,
  teamKey: string,
  refs: readonly string[],
): Promise<Map<string, number>> {
  if (refs.length === 0) return new Map()
  const scores = await redis.zmscore(queueKeys(teamKey).delayed, ...refs)
  return new Map(
    refs.flatMap((ref, at) => {
      const score = scores[at]
      return score ? [[ref, wakesAt(score)] as const] : []
    }),
  )
}
