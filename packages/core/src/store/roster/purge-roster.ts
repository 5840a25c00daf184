import type { Redis } from 'ioredis'
import type { Roster } from '../../domain/roster.ts'
import { defineScript, type ScriptArgument } from '../connection/define-script.ts'
import { indexParts, laneKeys, queueKeys } from '../keys.ts'
import { createPlanNames } from './plan-names.ts'

const closeScript = defineScript(import.meta.url, './close-roster.lua', './is-here.lua')
const writeScript = defineScript(import.meta.url, './closing-write.lua')
const forgetJobsScript = defineScript(import.meta.url, './closing-forget-jobs.lua')
const leaveScript = defineScript(import.meta.url, './leave-lane.lua')

/** From then on the lane takes changes of the roster from those alone who delete it. False where it is not in the lane (any more). */
export async function closeRoster(redis: Redis, { id, teamKey, createdAt }: Roster): Promise<boolean> {
  const { rosters, born, closing } = laneKeys(teamKey)
  return (await closeScript.run(redis, [rosters, born, closing], [id, createdAt])) === 1
}

/**
 * Forgets what a lane keeps of a roster, its members last. First the roster leaves the lane, so that nobody misses the work of its members. Several
 * may do it at once, and whoever is late does no harm to a roster that was made anew meanwhile.
 */
export async function purgeRoster(redis: Redis, roster: Roster): Promise<void> {
  if (!(await closeRoster(redis, roster))) return
  const keys = laneKeys(roster.teamKey)
  const of = keys.roster(roster.id)
  const write = async (key: string, command: string, args: ScriptArgument[]) =>
    void (await writeScript.run(redis, [keys.closing, key], [roster.id, command, ...args]))
  await write(keys.rosters, 'SREM', [roster.id])
  const reconciliations = await redis.zrange(of.reconciliations, '0', '-1')
  if (reconciliations.length > 0) {
    const names = createPlanNames(redis, roster.teamKey)
    await names.forget(await redis.hmget(keys.reconciliations, ...reconciliations))
    await write(keys.reconciliations, 'HDEL', reconciliations)
  }
  const tasks = ['reconcile', 'usage', 'idle', 'blocked', 'resume'].map((kind) => `${kind}:${roster.id}`)
  await write(keys.schedule, 'ZREM', [
    ...tasks,
    ...reconciliations.flatMap((id) => [`requested:${id}`, `approved:${id}`]),
  ])
  await forgetWork(redis, roster, write)
  await leaveScript.run(
    redis,
    [keys.closing, keys.rosters, keys.born, keys.revisions, keys.wroteAt, ...Object.values(of), ...indexParts(of)],
    [roster.id],
  )
}

const PAGE = 500

/** Member ids may be addresses: what was still to be done for them goes too. */
async function forgetWork(
  redis: Redis,
  { id, teamKey, app }: Roster,
  write: (key: string, command: string, args: ScriptArgument[]) => Promise<void>,
): Promise<void> {
  const keys = laneKeys(teamKey)
  const isOurs = (word: string) => word.startsWith(`${id}\0`)
  for (const key of [keys.outboxNow, keys.outboxInteractive, keys.outboxBulk, keys.formerSeatLine(app.id)]) {
    let cursor = '0'
    do {
      const [next, flat] = await redis.zscan(key, cursor, 'COUNT', PAGE)
      cursor = next
      const words = flat.filter((word, at) => at % 2 === 0 && isOurs(word))
      if (words.length > 0) await write(key, 'ZREM', words)
    } while (cursor !== '0')
  }
  for (const key of [keys.work, keys.traces]) {
    let cursor = '0'
    do {
      const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE)
      cursor = next
      const fields = flat.filter(
        (field, at) => at % 2 === 0 && (isOurs(field) || (flat[at + 1] ?? '').includes(`"r":${JSON.stringify(id)}`)),
      )
      if (fields.length === 0) continue
      const { failed, delayed, jobs } = queueKeys(teamKey)
      if (key === keys.work) await forgetJobsScript.run(redis, [keys.closing, failed, delayed], [id, jobs, ...fields])
      await write(key, 'HDEL', fields)
    } while (cursor !== '0')
  }
}
