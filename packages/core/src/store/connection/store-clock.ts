import type { Redis } from 'ioredis'
import type { Clock } from '../../domain/clock.ts'
import { defineScript } from './define-script.ts'
import { globalKeys } from '../keys.ts'

const tellTime = defineScript(import.meta.url, './tell-time.lua')

const SYNC_EVERY_MS = 10_000
/** An answer that took so long tells the time too vaguely, once a better one is known. */
const LONGEST_MS = 500
const TRIES = 3

/** Redis's time: hosts whose clocks differ share due times and schedules, so all of them go by the store's clock. */
export interface StoreClock extends Clock {
  sync(): Promise<void>
  close(): void
}

/** The store's time (ms), asked for now: for what is compared with times that scripts wrote. In a cluster, that of the server that has `key`. */
export async function readStoreTime(redis: Redis, key: string = globalKeys.salt): Promise<number> {
  return Number(await tellTime.run(redis, [key], []))
}

/**
 * Runs on by the host's monotonic time, so that a host whose clock is set meanwhile goes on right. In a cluster one server is asked by
 * everybody, that of a key which everybody knows: whose clock it is matters less than that it is one.
 */
export function createStoreClock(redis: Redis, base: Clock): StoreClock {
  let offsetMs = base.now() - base.monotonic()
  let isSynced = false
  const clock: StoreClock = {
    now: () => Math.round(base.monotonic() + offsetMs),
    monotonic: () => base.monotonic(),
    async sync() {
      for (let tries = 0; tries < TRIES; tries++) {
        const before = base.monotonic()
        const now = await readStoreTime(redis)
        const after = base.monotonic()
        const isVague = after - before > LONGEST_MS
        if (isVague && (isSynced || tries < TRIES - 1)) continue
        isSynced = true
        offsetMs = now - (before + after) / 2
        return
      }
    },
    close() {
      clearInterval(timer)
      redis.off('ready', sync)
    },
  }
  // A missed sync keeps the former offset: hosts drift by milliseconds in that time.
  const sync = () => void clock.sync().catch(() => {})
  const timer = setInterval(sync, SYNC_EVERY_MS)
  timer.unref()
  // Another server may have another time.
  redis.on('ready', sync)
  return clock
}
