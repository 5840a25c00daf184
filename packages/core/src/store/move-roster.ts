import type { Redis } from 'ioredis'
import type { Erasure } from '../domain/erasure.ts'
import { nodeOf } from './cluster-nodes.ts'
import { laneKeys, type LaneKeys } from './keys.ts'
import { createMembers } from './members.ts'

/** Two team keys lie in two slots, so what moves is read here and written there, a page at a time. */
const PAGE = 500

export interface RosterMove {
  roster: string
  appId: string
  from: string
  to: string
}

/** Copies what is kept of a roster, before the other lane begins with it. Repeating it has no second effect. */
export async function copyRoster(redis: Redis, move: RosterMove): Promise<void> {
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  const [of, into] = [from.roster(move.roster), to.roster(move.roster)]
  await createMembers(redis, move.from, move.roster).index()
  for (const name of ['desired', 'observed', 'timeline'] as const) await copyHash(redis, of[name], into[name])
  for (const name of ['status', 'index', 'reconciliations'] as const) await copySortedSet(redis, of[name], into[name])
  for (const name of ['parked', 'held'] as const) await copySet(redis, of[name], into[name])
  await copyHash(redis, from.testers(move.appId), to.testers(move.appId))
  const columns = await redis.get(of.columns)
  if (columns !== null) await redis.set(into.columns, columns)
  for (const name of ['revisions', 'wroteAt'] as const) {
    const value = await redis.hget(from[name], move.roster)
    if (value !== null) await redis.hset(to[name], move.roster, value)
  }
  for (const id of await redis.zrange(of.reconciliations, '0', '-1')) {
    const record = await redis.hget(from.reconciliations, id)
    if (record !== null) await redis.hset(to.reconciliations, id, record)
  }
  await copySeen(redis, move.from, move.to)
}

/** The same event again stays a duplicate. */
async function copySeen(redis: Redis, from: string, to: string): Promise<void> {
  const [pattern, target] = [laneKeys(from).seen(0).slice(0, -1), laneKeys(to).seen(0).slice(0, -1)]
  for (const key of await keysLike(nodeOf(redis, pattern), pattern)) {
    const into = target + key.slice(pattern.length)
    await copySet(redis, key, into)
    const left = await redis.pttl(key)
    if (left > 0) await redis.pexpire(into, left)
  }
}

async function keysLike(redis: Redis, prefix: string): Promise<string[]> {
  const escaped = prefix.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)
  const found: string[] = []
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${escaped}*`, 'COUNT', 1_000)
    found.push(...keys)
    cursor = next
  } while (cursor !== '0')
  return found
}

/** Records the roster's backlog and tasks anew in the other lane, once that lane knows the roster. */
export async function moveBacklog(redis: Redis, move: RosterMove): Promise<void> {
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  await moveWork(redis, from, to, move.roster)
  for (const name of ['outboxNow', 'outboxInteractive', 'outboxBulk'] as const) {
    await each(
      (cursor) => redis.zscan(from[name], cursor, 'MATCH', '*', 'COUNT', PAGE),
      async (flat) => {
        const words = pairs(flat).filter(([word]) => word.startsWith(`${move.roster}\0`))
        if (words.length === 0) return
        await redis.zadd(to[name], ...words.flatMap(([word, at]) => [at, word]))
        await redis.zrem(from[name], ...words.map(([word]) => word))
      },
    )
  }
  await moveTasks(redis, from, to, move.roster)
}

async function moveWork(redis: Redis, from: LaneKeys, to: LaneKeys, roster: string): Promise<void> {
  await each(
    (cursor) => redis.hscan(from.work, cursor, 'COUNT', PAGE),
    async (flat) => {
      const own = pairs(flat).filter(([, json]) => (JSON.parse(json) as { r: string }).r === roster)
      if (own.length === 0) return
      await redis.hset(to.work, ...own.flat())
      const now = Date.now()
      const open = own.map(([, json]) => JSON.parse(json) as { m: string; failed?: 1 }).filter(({ failed }) => !failed)
      // Its job stays behind, so it is recorded for one of the other lane.
      if (open.length > 0)
        await redis.zadd(to.outboxInteractive, 'NX', ...open.flatMap(({ m }) => [now, `${roster}\0${m}`]))
      await redis.hdel(from.work, ...own.map(([ref]) => ref))
    },
  )
}

async function moveTasks(redis: Redis, from: LaneKeys, to: LaneKeys, roster: string): Promise<void> {
  const tasks = ['reconcile', 'delete', 'blocked'].map((kind) => `${kind}:${roster}`)
  for (const id of await redis.zrange(to.roster(roster).reconciliations, '0', '-1')) {
    tasks.push(`requested:${id}`, `approved:${id}`)
  }
  for (const [id, json] of Object.entries(await redis.hgetall(from.erasures))) {
    if ((JSON.parse(json) as Erasure).roster !== roster) continue
    await redis.hset(to.erasures, id, json)
    tasks.push(`erase:${id}`)
  }
  for (const task of tasks) {
    const at = await redis.zscore(from.schedule, task)
    if (at !== null) await redis.zadd(to.schedule, 'LT', at, task)
    await redis.zrem(from.schedule, task)
  }
  const erased = tasks.filter((task) => task.startsWith('erase:')).map((task) => task.slice('erase:'.length))
  if (erased.length > 0) await redis.hdel(from.erasures, ...erased)
}

/** Forgets what the former lane kept of the roster. */
export async function dropMoved(redis: Redis, move: RosterMove): Promise<void> {
  const from = laneKeys(move.from)
  const of = from.roster(move.roster)
  const reconciliations = await redis.zrange(of.reconciliations, '0', '-1')
  if (reconciliations.length > 0) await redis.hdel(from.reconciliations, ...reconciliations)
  await redis.hdel(from.revisions, move.roster)
  await redis.hdel(from.wroteAt, move.roster)
  for (const key of Object.values(of)) await redis.unlink(key)
}

const copyHash = (redis: Redis, from: string, to: string) =>
  each(
    (cursor) => redis.hscan(from, cursor, 'COUNT', PAGE),
    async (flat) => void (await redis.hset(to, ...flat)),
  )

const copySet = (redis: Redis, from: string, to: string) =>
  each(
    (cursor) => redis.sscan(from, cursor, 'COUNT', PAGE),
    async (members) => void (await redis.sadd(to, ...members)),
  )

const copySortedSet = (redis: Redis, from: string, to: string) =>
  each(
    (cursor) => redis.zscan(from, cursor, 'COUNT', PAGE),
    async (flat) => void (await redis.zadd(to, ...pairs(flat).flatMap(([word, score]) => [score, word]))),
  )

async function each(
  scan: (cursor: string) => Promise<[cursor: string, items: (string | Buffer)[]]>,
  take: (items: string[]) => Promise<void>,
): Promise<void> {
  let cursor = '0'
  do {
    const [next, items] = await scan(cursor)
    cursor = next
    if (items.length > 0) await take(items.map(String))
  } while (cursor !== '0')
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, at) => [flat[at * 2] ?? '', flat[at * 2 + 1] ?? ''])
}
