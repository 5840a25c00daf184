import type { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { laneKeys } from '../keys.ts'

/** Lists that were sent and not decided on yet; sealed, since they hold addresses. */
export interface Uploads {
  keep(sealed: string, forMs: number): Promise<string>
  find(id: string): Promise<string | undefined>
  forget(id: string): Promise<void>
  /** Which column of a roster's lists is what, as somebody said last. */
  columns(roster: string): Promise<string | undefined>
  rememberColumns(roster: string, columns: string): Promise<void>
}

/** Lists that the console was given and nobody has confirmed yet. */
export function createUploads(redis: Redis, teamKey: string): Uploads {
  const keys = laneKeys(teamKey)
  return {
    async keep(sealed, forMs) {
      const id = randomUUID()
      await redis.set(keys.upload(id), sealed, 'PX', forMs)
      return id
    },
    find: async (id) => (await redis.get(keys.upload(id))) ?? undefined,
    forget: async (id) => void (await redis.unlink(keys.upload(id))),
    columns: async (roster) => (await redis.get(keys.roster(roster).columns)) ?? undefined,
    rememberColumns: async (roster, columns) => void (await redis.set(keys.roster(roster).columns, columns)),
  }
}
