import type { Redis } from 'ioredis'
import { readErasure } from '../member/erasures.ts'
import { readWork } from '../lane/lane-work.ts'
import { ACTIVITY_KEPT_MS } from '../roster/activity.ts'
import { AppError } from '../../errors.ts'
import { nodeOf } from '../connection/cluster-nodes.ts'
import { defineScript } from '../connection/define-script.ts'
import { readStoreTime } from '../connection/store-clock.ts'
import { createFencedWrite, type FencedWrite } from '../connection/fenced-writer.ts'
import { keysLike } from '../connection/keys-like.ts'
import { indexParts, laneKeys, queueKeys } from '../keys.ts'
import { REMOVALS_KEPT_MS } from '../lane/removals.ts'
import { outboxKeys } from '../lane/lane-outbox.ts'
import { createPlanNames } from '../roster/plan-names.ts'
import { forgetUnneededTesters, TESTER_PARTS } from '../member/testers.ts'

/** Two team keys lie in two slots, so what moves is read here and written there, a page at a time. */
const PAGE = 500
/** `LOAD` of marks.lua: how many marks there are for each set. */
const MARKS_IN_SET = 160

const bringMarks = defineScript(import.meta.url, './bring-marks.lua', '../member/marks.lua')

/** A move of a roster from one team key to another, under the lease of the former lane. */
export interface RosterMove {
  roster: string
  createdAt: number
  appId: string
  from: string
  to: string
  /** Of the lease on the former lane. A mover that has lost it writes nothing more, in neither lane. */
  token: string
}

/** What Apple told of the testers, which is the same under another key: days are counted on. */
const FIGURES = ['sightings', 'usages', 'figures'] as const

interface Pens {
  /** Writes in the former lane, as long as its lease is ours. */
  from: FencedWrite
  /** Writes in the next lane, as long as nobody else copies the roster there. */
  to: FencedWrite
}

/** The steps of a move, in their order. Each throws lease_lost once another process has taken the move over. */
export interface MoverStore {
  /** From then on nobody but us writes in the next lane; ask for the lease of the former one once more before anything else. */
  begin(): Promise<void>
  /** From then on the former lane records no change of the roster. */
  leave(): Promise<void>
  /** Copies what is kept of the roster, before the next lane begins with it. Repeating it has no second effect. */
  copy(): Promise<void>
  /** From then on the next lane records changes of the roster. */
  enter(): Promise<void>
  /** Records what was asked for, and the roster's tasks, anew in the next lane, once that lane knows the roster. */
  moveBacklog(): Promise<void>
  /** How urgent these members' jobs in the former lane were; null for those who are recorded in the next lane already. */
  urgencies(members: { id: string; ref: string }[]): Promise<('interactive' | 'bulk' | null)[]>
  /** Of members who are recorded in the next lane: their jobs in the former one that sleep would count there until they wake. */
  forgetSleeping(members: { ref: string }[]): Promise<void>
  /** Forgets what the former lane keeps of the roster. */
  drop(): Promise<void>
  end(): Promise<void>
}

/** The steps of one move. */
export function createMoverStore(redis: Redis, move: RosterMove): MoverStore {
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  const arriving = to.arriving(move.roster)
  const pens: Pens = {
    from: createFencedWrite(redis, from.lease, move.token),
    to: createFencedWrite(redis, arriving, move.token),
  }
  const jobs = queueKeys(move.from)
  return {
    begin: async () => void (await redis.set(arriving, move.token)),
    async leave() {
      await pens.from(from.rosters, 'SREM', [move.roster])
      await pens.from(from.born, 'HDEL', [move.roster])
    },
    copy: () => copyRoster(redis, pens, move),
    async enter() {
      await pens.to(to.born, 'HSET', [move.roster, move.createdAt])
      await pens.to(to.rosters, 'SADD', [move.roster])
    },
    async moveBacklog() {
      await moveRequests(redis, pens, move)
      await moveOutboxes(redis, pens, move)
      await moveTasks(redis, pens, move)
    },
    urgencies: (members) =>
      Promise.all(
        members.map(async ({ id, ref }) => {
          const word = `${move.roster}\0${id}`
          const recorded = await Promise.all(outboxKeys(to).map((key) => redis.zscore(key, word)))
          if (recorded.some((arrival) => arrival !== null)) return null
          const priority = await redis.hget(jobs.job(ref), 'priority')
          return Number(priority ?? 1) > 0 ? 'bulk' : 'interactive'
        }),
      ),
    async forgetSleeping(members) {
      for (const { ref } of members) {
        if ((await redis.zscore(jobs.delayed, ref)) === null) continue
        await pens.from(jobs.delayed, 'ZREM', [ref])
        await pens.from(jobs.job(ref), 'DEL')
      }
    },
    drop: () => dropMoved(redis, pens, move),
    end: () => pens.to(arriving, 'DEL'),
  }
}

async function copyRoster(redis: Redis, pens: Pens, move: RosterMove): Promise<void> {
  const write = pens.to
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  const [of, into] = [from.roster(move.roster), to.roster(move.roster)]
  const copyHash = (key: string, target: string) =>
    each(
      (cursor) => redis.hscan(key, cursor, 'COUNT', PAGE),
      (flat) => write(target, 'HSET', flat),
    )
  const copySet = (key: string, target: string) =>
    each(
      (cursor) => redis.sscan(key, cursor, 'COUNT', PAGE),
      (members) => write(target, 'SADD', members),
    )
  const copySortedSet = (key: string, target: string) =>
    each(
      (cursor) => redis.zscan(key, cursor, 'COUNT', PAGE),
      (flat) => write(target, 'ZADD', scored(pairs(flat))),
    )
  for (const name of ['desired', 'observed', 'timeline', 'links', 'protections', 'builds', ...FIGURES] as const)
    await copyHash(of[name], into[name])
  // Who has which address is noted there anew.
  await each(
    (cursor) => redis.hscan(of.desired, cursor, 'COUNT', PAGE),
    (flat) =>
      write(
        into.unindexed,
        'RPUSH',
        pairs(flat).map(([id]) => id),
      ),
  )
  for (const name of ['status', 'reconciliations'] as const) await copySortedSet(of[name], into[name])
  for (const name of ['parked', 'parkedBulk', 'held'] as const) await copySet(of[name], into[name])
  await copyHash(from.testers(move.appId), to.testers(move.appId))
  const parts = Array.from({ length: TESTER_PARTS }, (_, part) => part)
  await Promise.all(parts.map((part) => copyHash(from.testersOf(move.appId, part), to.testersOf(move.appId, part))))
  // Apple may still be about to take somebody out.
  await copySortedSet(from.removals(move.appId), to.removals(move.appId))
  await write(to.removals(move.appId), 'PEXPIRE', [REMOVALS_KEPT_MS])
  await copyActivity(redis, write, of.activity, into.activity)
  const samples = await redis.lrange(of.usageHistory, 0, -1)
  await write(into.usageHistory, 'UNLINK')
  if (samples.length > 0) await write(into.usageHistory, 'RPUSH', samples)
  const columns = await redis.get(of.columns)
  if (columns !== null) await write(into.columns, 'SET', [columns])
  for (const name of ['revisions', 'wroteAt'] as const) {
    const value = await redis.hget(from[name], move.roster)
    if (value !== null) await write(to[name], 'HSET', [move.roster, value])
  }
  const told = `roster:${move.roster}`
  const sequence = await redis.hget(from.sequences, told)
  if (sequence !== null) await write(to.sequences, 'HSET', [told, sequence])
  for (const id of await redis.zrange(of.reconciliations, '0', '-1')) {
    const record = await redis.hget(from.reconciliations, id)
    if (record === null) continue
    const names = createPlanNames(redis, move.from).keyOf(record)
    if (names) await copyList(redis, write, names.key, to.planNames(names.id))
    await write(to.reconciliations, 'HSET', [id, record])
  }
  await copyMarks(redis, pens, move)
}

/** The same event again stays a duplicate. The next lane has marks of its own in the same period, so each is added to them. */
async function copyMarks(redis: Redis, { to: write }: Pens, move: RosterMove): Promise<void> {
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  const fence = to.arriving(move.roster)
  for (const { key, period, leftMs } of await periodsOf(redis, from.marks)) {
    const sets = Math.floor(Number(await redis.get(key)) / MARKS_IN_SET) + 1
    for (let number = 0; number < sets; number++) {
      const marks = await redis.smembers(`${key}:${number}`)
      const brought = await bringMarks.run(redis, [fence, to.marks(period)], [move.token, leftMs, ...marks])
      if (brought !== 1) throw new AppError('lease_lost')
    }
  }
  for (const { key, period, leftMs } of await periodsOf(redis, from.seen)) {
    await each(
      (cursor) => redis.sscan(key, cursor, 'COUNT', PAGE),
      (digests) => write(to.seen(period), 'SADD', digests),
    )
    await write(to.seen(period), 'PEXPIRE', [leftMs])
  }
}

async function periodsOf(redis: Redis, keyOf: (period: number) => string) {
  const prefix = keyOf(0).slice(0, -1)
  const keys = await keysLike(nodeOf(redis, prefix), prefix)
  const found = await Promise.all(
    keys.map(async (key) => ({ key, period: Number(key.slice(prefix.length)), leftMs: await redis.pttl(key) })),
  )
  return found.filter(({ period, leftMs }) => Number.isInteger(period) && leftMs > 0)
}

/** Anew, where an earlier copy has begun. */
async function copyList(redis: Redis, write: FencedWrite, from: string, into: string): Promise<void> {
  await write(into, 'DEL')
  for (let at = 0; ; at += PAGE) {
    const page = await redis.lrange(from, at, at + PAGE - 1)
    if (page.length > 0) await write(into, 'RPUSH', page)
    if (page.length < PAGE) return
  }
}

/** From where an earlier copy ended: a stream takes nothing that is older than what it has. */
async function copyActivity(redis: Redis, write: FencedWrite, from: string, into: string): Promise<void> {
  let [last] = (await redis.xrevrange(into, '+', '-', 'COUNT', 1)).map(([id]) => id)
  for (;;) {
    const entries = await redis.xrange(from, last === undefined ? '-' : `(${last}`, '+', 'COUNT', PAGE)
    for (const [id, fields] of entries) await write(into, 'XADD', [id, ...fields])
    last = entries.at(-1)?.[0] ?? last
    if (entries.length < PAGE) break
  }
  if (last !== undefined) await write(into, 'PEXPIRE', [ACTIVITY_KEPT_MS])
}

/** What was asked for by hand goes along; failed jobs stay behind, and would never be retried there. */
async function moveRequests(redis: Redis, pens: Pens, move: RosterMove): Promise<void> {
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  const { failed, jobs } = queueKeys(move.from)
  await each(
    (cursor) => redis.hscan(from.work, cursor, 'COUNT', PAGE),
    async (flat) => {
      const own = pairs(flat)
        .map(([ref, json]) => ({ ref, json, work: readWork(json) }))
        .filter(({ work }) => work.r === move.roster)
      if (own.length === 0) return
      await pens.to(
        to.work,
        'HSET',
        own.flatMap(({ ref, work: { failed: _id, ...work } }) => [ref, JSON.stringify(work)]),
      )
      const asked = own.filter(({ work }) => work.fresh || work.invite)
      const now = String(Math.floor(await readStoreTime(redis)))
      const words = asked.map(({ work }): [string, string] => [`${move.roster}\0${work.m}`, now])
      if (words.length > 0) await pens.to(to.outboxInteractive, 'ZADD', scored(words))
      const refs = own.map(({ ref }) => ref)
      for (const ref of refs) {
        if ((await redis.zscore(failed, ref)) === null) continue
        await pens.from(failed, 'ZREM', [ref])
        await pens.from(`${jobs}${ref}`, 'DEL')
      }
      await pens.from(from.work, 'HDEL', refs)
    },
  )
}

async function moveOutboxes(redis: Redis, pens: Pens, move: RosterMove): Promise<void> {
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  for (const name of ['outboxNow', 'outboxInteractive', 'outboxBulk'] as const) {
    await each(
      (cursor) => redis.zscan(from[name], cursor, 'COUNT', PAGE),
      async (flat) => {
        const words = pairs(flat).filter(([word]) => word.startsWith(`${move.roster}\0`))
        if (words.length === 0) return
        await pens.to(to[name], 'ZADD', scored(words))
        await pens.from(
          from[name],
          'ZREM',
          words.map(([word]) => word),
        )
      },
    )
  }
}

async function moveTasks(redis: Redis, pens: Pens, move: RosterMove): Promise<void> {
  const [from, to] = [laneKeys(move.from), laneKeys(move.to)]
  const tasks = ['reconcile', 'usage', 'idle', 'delete', 'blocked', 'resume'].map((kind) => `${kind}:${move.roster}`)
  for (const id of await redis.zrange(to.roster(move.roster).reconciliations, '0', '-1')) {
    tasks.push(`requested:${id}`, `approved:${id}`)
  }
  for (const [id, json] of Object.entries(await redis.hgetall(from.erasures))) {
    if (readErasure(json).roster !== move.roster) continue
    await pens.to(to.erasures, 'HSET', [id, json])
    tasks.push(`erase:${id}`)
  }
  for (const task of tasks) {
    const at = await redis.zscore(from.schedule, task)
    if (at === null) continue
    await pens.to(to.schedule, 'ZADD', ['LT', at, task])
    await pens.from(from.schedule, 'ZREM', [task])
  }
  const erased = tasks.filter((task) => task.startsWith('erase:')).map((task) => task.slice('erase:'.length))
  if (erased.length > 0) await pens.from(from.erasures, 'HDEL', erased)
}

async function dropMoved(redis: Redis, { from: write }: Pens, move: RosterMove): Promise<void> {
  const from = laneKeys(move.from)
  const of = from.roster(move.roster)
  const reconciliations = await redis.zrange(of.reconciliations, '0', '-1')
  for (const record of reconciliations.length > 0 ? await redis.hmget(from.reconciliations, ...reconciliations) : []) {
    const names = record === null ? null : createPlanNames(redis, move.from).keyOf(record)
    if (names) await write(names.key, 'UNLINK')
  }
  if (reconciliations.length > 0) await write(from.reconciliations, 'HDEL', reconciliations)
  await write(from.revisions, 'HDEL', [move.roster])
  await write(from.wroteAt, 'HDEL', [move.roster])
  for (const key of Object.values(of)) await write(key, 'UNLINK')
  await Promise.all(indexParts(of).map((key) => write(key, 'UNLINK')))
  await forgetUnneededTesters(redis, { teamKey: move.from, appId: move.appId, without: move.roster })
}

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

/** As ZADD wants them. */
function scored(words: [word: string, score: string][]): string[] {
  return words.flatMap(([word, score]) => [score, word])
}
