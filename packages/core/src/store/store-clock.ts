import type { Redis } from 'ioredis'
import type { Clock } from '../domain/clock.ts'

const SYNC_EVERY_MS = 30_000

/** Redis's time: hosts whose clocks differ share budgets and due times, so all of them go by the store's clock. */
export interface StoreClock extends Clock {
  sync(): Promise<void>
  close(): void
}

export function createStoreClock(redis: Redis, base: Clock): StoreClock {
  let offsetMs = 0
  const clock: StoreClock = {
    now: () => Math.round(base.now() + offsetMs),
    monotonic: () => base.monotonic(),
    async sync() {
      const before = base.now()
      const [seconds, microseconds] = await redis.time()
      const middle = (before + base.now()) / 2
      offsetMs = Number(seconds) * 1000 + Number(microseconds) / 1000 - middle
    },
    close: () => clearInterval(timer),
  }
  // A missed sync keeps the former offset: hosts drift by milliseconds in that time.
  const timer = setInterval(() => void clock.sync().catch(() => {}), SYNC_EVERY_MS)
  timer.unref()
  return clock
}
