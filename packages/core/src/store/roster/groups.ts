import type { Redis } from 'ioredis'
import type { Roster } from '../../domain/roster.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys } from '../keys.ts'
import type { Register } from '../records.ts'

const replaceScript = defineScript(import.meta.url, '../replace-record.lua')
const dropScript = defineScript(import.meta.url, '../drop-record.lua')

/** Which roster holds which group, over all team keys: a group serves one at a time. */
export interface Groups {
  /** The roster that holds a group. */
  holder(groupId: string): Promise<string | null>
  /** False when another roster holds the group. Who claims one looks whether it still is the holder once its roster is recorded. */
  claim(roster: Pick<Roster, 'id' | 'app' | 'group'>): Promise<boolean>
  /** Of a roster that is recorded, unless another one holds it. */
  note(groupId: string, rosterId: string): Promise<void>
  release(groupId: string, rosterId: string): Promise<void>
}

/** Claims are written before rosters are recorded: one whose roster is not there holds nothing, its process has died or is slow. */
export function createGroups(redis: Redis, rosters: Register<Roster>): Groups {
  const key = globalKeys.groups
  const isServed = async ({ id, app, group }: Pick<Roster, 'id' | 'app' | 'group'>) => {
    const ofApp = await rosters.findMany(await redis.smembers(globalKeys.rostersOfApp(app.id)))
    return [...ofApp.values()].some((other) => other.id !== id && other.group.id === group.id)
  }
  return {
    async holder(groupId) {
      const id = await redis.hget(key, groupId)
      return id !== null && (await rosters.find(id))?.group.id === groupId ? id : null
    },
    async claim(roster) {
      const [groupId, id] = [roster.group.id, roster.id]
      for (;;) {
        if ((await redis.hsetnx(key, groupId, id)) === 1) return true
        const holder = await redis.hget(key, groupId)
        if (holder === id) return true
        if (holder === null) continue
        if (await isServed(roster)) return false
        if ((await replaceScript.run(redis, [key], [groupId, holder, id])) !== 1) continue
        // It was slow, and its roster is here by now; or it is slower yet, and finds its claim gone.
        if (!(await isServed(roster))) return true
        await replaceScript.run(redis, [key], [groupId, id, holder])
        return false
      }
    },
    note: async (groupId, rosterId) => void (await redis.hsetnx(key, groupId, rosterId)),
    release: async (groupId, rosterId) => void (await dropScript.run(redis, [key], [groupId, rosterId])),
  }
}
