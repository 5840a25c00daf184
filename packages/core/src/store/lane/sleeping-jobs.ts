import type { Redis } from 'ioredis'
import { queueKeys } from '../keys.ts'

/** BullMQ's score of a delayed job: its time times this, and a counter in the low bits. */
const SCORE_UNIT = 0x1000

/** Which of these jobs sleep, until when (ms), and how many attempts failed before. */
export async function readSleepingJobs(
  redis: Redis,
  teamKey: string,
  refs: readonly string[],
): Promise<Map<string, { until: number; attempts: number }>> {
  if (refs.length === 0) return new Map()
  const keys = queueKeys(teamKey)
  const scores = await redis.zmscore(keys.delayed, ...refs)
  const sleeping = refs.flatMap((ref, at) => {
    const score = scores[at]
    return score ? [{ ref, until: Math.floor(Number(score) / SCORE_UNIT) }] : []
  })
  const attempts = await Promise.all(sleeping.map(({ ref }) => redis.hget(keys.job(ref), 'atm')))
  return new Map(sleeping.map(({ ref, until }, at) => [ref, { until, attempts: Number(attempts[at] ?? 0) }]))
}
