import type { Redis } from 'ioredis'
import { FORECAST_DAYS, NO_SEATS, type AppSeats, type SeatSample } from '../../domain/seats.ts'
import { nullable, number, object, read } from '../../domain/shape.ts'
import { laneKeys } from '../keys.ts'

/** What a lane knows of the seats of an app. */
export interface AppSeatsStore {
  read(): Promise<AppSeats>
  /** Writes what differs from `before`, so that two writers of different fields lose nothing. */
  write(before: AppSeats, after: AppSeats): Promise<void>
  /** How many there were, at most a sample an hour, oldest first. */
  history(): Promise<SeatSample[]>
  addSample(sample: SeatSample): Promise<void>
}

const seatsShape = object<AppSeats>({
  used: nullable(number),
  countedAt: nullable(number),
  public: nullable(number),
  limit: number,
  fullAt: nullable(number),
  enteredAt: number,
  grouped: nullable(number),
  groupedAt: nullable(number),
  groupedLimit: number,
})

const HOUR_MS = 3_600_000
const SAMPLES = FORECAST_DAYS * 24
/** Of an app that has no rosters any more. */
const FORGOTTEN_SECONDS = (FORECAST_DAYS + 7) * 86_400

/** Seats of one app and their history, as seen by one team key. */
export function createAppSeats(redis: Redis, teamKey: string, appId: string): AppSeatsStore {
  const keys = laneKeys(teamKey)
  const [key, historyKey] = [keys.seats(appId), keys.seatHistory(appId)]
  return {
    async read() {
      const kept = await redis.hgetall(key)
      const numbers = Object.entries(kept).map(([name, text]) => [name, text === '' ? null : Number(text)])
      return read(seatsShape, { ...NO_SEATS, ...Object.fromEntries(numbers) }, 'What is known of the seats of an app')
    },
    async write(before, after) {
      const known: Record<string, number | null> = { ...before }
      const changed = Object.entries(after).filter(([name, value]) => known[name] !== value)
      if (changed.length === 0) return
      await redis.hset(key, Object.fromEntries(changed.map(([name, value]) => [name, value ?? ''])))
      await redis.expire(key, FORGOTTEN_SECONDS)
    },
    history: async () => (await redis.lrange(historyKey, 0, -1)).map(parseSample),
    async addSample({ at, used }) {
      const last = await redis.lindex(historyKey, -1)
      if (last !== null && at - parseSample(last).at < HOUR_MS) return
      await redis.rpush(historyKey, `${at}:${used}`)
      await redis.ltrim(historyKey, -SAMPLES, -1)
      await redis.expire(historyKey, FORGOTTEN_SECONDS)
    },
  }
}

function parseSample(line: string): SeatSample {
  const [at = '0', used = '0'] = line.split(':')
  return { at: Number(at), used: Number(used) }
}
