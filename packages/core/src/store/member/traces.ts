import type { Redis } from 'ioredis'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const forgetScript = defineScript(import.meta.url, './forget-trace.lua')

const DAY_S = 86_400

interface MemberOfRoster {
  roster: string
  member: string
}

/** Which request asked for a member's work, by traceparent. A hint: what is lost of it begins a trace of its own. */
export interface Traces {
  note(members: readonly MemberOfRoster[], traceparent: string): Promise<void>
  /** In the order given. */
  read(members: readonly MemberOfRoster[]): Promise<(string | null)[]>
  /** Unless a newer request asked meanwhile. */
  forget(member: MemberOfRoster, traceparent: string): Promise<void>
}

/** Which request last asked for a member, where requests are traced; kept for a day. */
export function createTraces(redis: Redis, teamKey: string): Traces {
  const key = laneKeys(teamKey).traces
  return {
    async note(members, traceparent) {
      const fields = members.flatMap((one) => [toField(one), traceparent])
      await redis
        .multi()
        .hset(key, ...fields)
        .expire(key, DAY_S)
        .exec()
    },
    read: async (members) => (members.length === 0 ? [] : redis.hmget(key, ...members.map(toField))),
    async forget(member, traceparent) {
      await forgetScript.run(redis, [key], [toField(member), traceparent])
    },
  }
}

function toField({ roster, member }: MemberOfRoster): string {
  return `${roster}\0${member}`
}
