import type { Redis } from 'ioredis'
import type { RosterFact } from '../../domain/fact.ts'
import type { RecentRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, laneKeys } from '../keys.ts'
import { createPlanNames, readHead, type ReconciliationHead } from './plan-names.ts'

const writeScript = defineScript(import.meta.url, './write-plans.lua', './is-here.lua')

/** A plan as it was read, and as it is from then on. */
type Change<T extends ReconciliationHead = ReconciliationHead> = readonly [before: T, after: T]

/** What belongs to a plan: written in the same step, or not at all. */
export interface PlanStep {
  /** The task that goes on with it (due `at`, ms). */
  task?: { name: string; at: number }
  /** Of a held plan. Of any other one: where none waits for a person any more. */
  told?: Omit<RosterFact, 'sequence'> | undefined
  /** So many of a roster of this size are removed by it without anybody's approval. */
  removal?: Removal
  /** Those that give way to it; one that somebody else has changed meanwhile does not. */
  replaces?: readonly Change[]
}

interface Removal {
  removals: number
  size: number
  /** When (ms). */
  now: number
}

/** Records of whole-roster work of one team key, and what its guard has to know. */
export interface Reconciliations {
  find(id: string): Promise<Reconciliation | undefined>
  /** Throws store_unavailable where the roster is not in this lane any more: deleted, and perhaps made anew, or moved on. */
  put(roster: Pick<Roster, 'createdAt'>, record: Reconciliation, step?: PlanStep): Promise<void>
  /** Newest first, without the people they name; `before`: the `next` of the page before. */
  list(roster: string, limit: number, before?: string): Promise<{ items: ReconciliationHead[]; next: string | null }>
  /** The people whom it names, a page after the other. */
  withNames(head: ReconciliationHead): Promise<Reconciliation>
  /** Those of the members whom the plan would remove. */
  namedBy(head: ReconciliationHead, members: readonly string[]): Promise<string[]>
  /** Changes that the roster has accepted so far. */
  revision(roster: string): Promise<number>
  /** Our last write to the roster's group (ms), 0 for none. */
  wroteAt(roster: string): Promise<number>
  /** Notes that so many of a roster of this size are being removed without anybody's approval. */
  noteRemoval(removal: Removal & { roster: string; id: string }): Promise<void>
  /** What was noted over all rosters of the key since then. */
  recentRemovals(since: number): Promise<RecentRemovals>
  /** Replaces a record that is still the one that was read; false where somebody else decided meanwhile. `next` takes its place. */
  replace<T extends ReconciliationHead>(
    before: T,
    after: T,
    step?: Omit<PlanStep, 'replaces'> & { next?: Reconciliation },
  ): Promise<boolean>
  /** Those that wait for a person, newest first. */
  listHeld(roster: string): Promise<ReconciliationHead[]>
  /** True while a plan of the roster waits for a person. */
  hasHeld(roster: string): Promise<boolean>
  /** Of those that were asked for, the one whose reading has not begun. */
  findAsked(roster: string, dryRun: boolean): Promise<Reconciliation | undefined>
  /** Keeps one that is asked for, with its task. Gives the one that waits from now on: it, or one that was asked for at the same time. */
  ask(roster: Pick<Roster, 'createdAt'>, record: Reconciliation, task: PlanStep['task']): Promise<Reconciliation>
  /** False while another whole-roster change of this roster is being recorded. */
  begin(roster: string, token: string): Promise<boolean>
  end(roster: string, token: string): Promise<void>
}

const KEPT_PER_ROSTER = 50
/** Of all of them: a plan of a whole roster of a hundred thousand names twice as many, which are 50 MB where ids are long. */
const NAMES_PER_ROSTER = 400_000
const BUSY_MS = 120_000

interface PlanWrite {
  /** As it was read; null: whatever is there. */
  before: ReconciliationHead | null
  after: Reconciliation | ReconciliationHead
}

interface WriteTerms {
  /** When the roster was made that it is about (ms); absent: it is bound to the plan that was read. */
  born?: number
  /** The reading is asked for, unless another one is by now than the one that is over. */
  asked?: { field: string; over: string }
}

const formatFact = ({ type, roster, ...rest }: NonNullable<PlanStep['told']>) =>
  JSON.stringify({ type, roster, sequence: 0, ...rest })

const shareOf = ({ roster, id, removals, size }: Removal & { roster: string; id: string }) =>
  `${removals}/${size}:${roster}:${id}`

function notHere(roster: string): AppError {
  return new AppError('store_unavailable', {
    message: `The roster "${roster}" was deleted, or moved to another team key, meanwhile: send the same request again in a moment.`,
    retryAfterMs: 2_000,
  })
}

const askedAs = (dryRun: boolean) => (dryRun ? 'dry' : 'real')

/** Of a record that was read: the text it was read from, which a replacement has to find again. */
const texts = new WeakMap<ReconciliationHead, string>()

/**
 * Reconciliations of a lane: the newest fifty of each roster, fewer where they name very many people, and all that wait for a person.
 */
export function createReconciliations(
  redis: Redis,
  teamKey: string,
  keep = { plans: KEPT_PER_ROSTER, names: NAMES_PER_ROSTER },
): Reconciliations {
  const keys = laneKeys(teamKey)
  const names = createPlanNames(redis, teamKey)
  const findMany = async (ids: string[]): Promise<ReconciliationHead[]> => {
    if (ids.length === 0) return []
    return (await redis.hmget(keys.reconciliations, ...ids)).flatMap((text) => {
      if (!text) return []
      const head = readHead(text)
      texts.set(head, text)
      return [head]
    })
  }
  const withNames = async (head: ReconciliationHead): Promise<Reconciliation> => {
    const record = await names.readAll(head)
    const text = texts.get(head)
    if (text !== undefined) texts.set(record, text)
    return record
  }
  const find = async (id: string): Promise<Reconciliation | undefined> => {
    const [head] = await findMany([id])
    return head && withNames(head)
  }
  const findAsked = async (roster: string, dryRun: boolean) => {
    const id = await redis.hget(keys.roster(roster).asked, askedAs(dryRun))
    const record = id === null ? undefined : await find(id)
    return { id, record: record?.status === 'running' ? record : undefined }
  }
  /** Nothing is written where the roster is here no more, or where the first was changed or another one is asked for. */
  const write = async (
    roster: string,
    plans: readonly PlanWrite[],
    { task, told, removal, born, asked }: Omit<PlanStep, 'replaces'> & WriteTerms,
  ): Promise<'written' | 'changed' | 'gone'> => {
    const of = keys.roster(roster)
    const at = [keys.reconciliations, of.held, of.reconciliations, of.asked, keys.schedule, keys.rosters, keys.born]
    const written = await Promise.all(
      plans.map(async ({ before, after }) => {
        const former = before === null ? '' : (texts.get(before) ?? JSON.stringify(before))
        return { id: after.id, former, text: await names.format(after), status: after.status, began: after.startedAt }
      }),
    )
    const named = written.flatMap(({ text }) => names.keyOf(text)?.key ?? [])
    const share = removal ? shareOf({ ...removal, roster, id: plans[0]?.after.id ?? '' }) : ''
    const terms = [roster, born ?? '', `${keep.plans}/${keep.names}`, task?.name ?? '', task?.at ?? 0]
    const more = [
      told ? formatFact(told) : '',
      share,
      removal?.now ?? 0,
      asked?.field ?? '',
      asked?.over ?? '',
      keys.planNames(''),
    ]
    const answer = await writeScript.run(
      redis,
      [...at, keys.sequences, keys.facts, keys.removedShares, ...named],
      [
        ...terms,
        ...more,
        ...written.flatMap(({ id, former, text, status, began }) => [id, former, text, status, began]),
      ],
    )
    if (answer === 'gone' || answer === 'changed') {
      for (const { text, former } of written) await names.forget([text], former)
      return answer
    }
    if (told) await redis.sadd(globalKeys.untold, teamKey)
    return 'written'
  }
  return {
    withNames,
    namedBy: (head, members) => names.among(head, members),
    find,
    async put({ createdAt }, record, { replaces = [], ...step } = {}) {
      const others = replaces.map(([before, after]) => ({ before, after }))
      const plans = [{ before: null, after: record }, ...others]
      if ((await write(record.roster, plans, { ...step, born: createdAt })) === 'gone') throw notHere(record.roster)
    },
    async list(roster, limit, before) {
      const index = keys.roster(roster).reconciliations
      const rank = before === undefined ? null : await redis.zrevrank(index, before)
      const start = rank === null ? 0 : rank + 1
      const ids = await redis.zrevrange(index, start, start + limit)
      const page = ids.slice(0, limit)
      return { items: await findMany(page), next: ids.length > limit ? (page.at(-1) ?? null) : null }
    },
    revision: async (roster) => Number((await redis.hget(keys.revisions, roster)) ?? 0),
    wroteAt: async (roster) => Number((await redis.hget(keys.wroteAt, roster)) ?? 0),
    noteRemoval: async (removal) => void (await redis.zadd(keys.removedShares, removal.now, shareOf(removal))),
    async recentRemovals(since) {
      await redis.zremrangebyscore(keys.removedShares, '-inf', `(${since}`)
      const recent: RecentRemovals = { removals: 0, sizes: 0, shares: 0 }
      for (const entry of await redis.zrange(keys.removedShares, '0', '-1')) {
        const [removals = 0, size = 0] = (entry.split(':', 1)[0] ?? '').split('/').map(Number)
        if (!(size > 0)) continue
        recent.removals += removals
        recent.sizes += size
        recent.shares += removals / size
      }
      return recent
    },
    async replace(before, after, { next, ...step } = {}) {
      const plans = [{ before, after }, ...(next ? [{ before: null, after: next }] : [])]
      return (await write(before.roster, plans, step)) === 'written'
    },
    async listHeld(roster) {
      const held = await findMany(await redis.smembers(keys.roster(roster).held))
      return held.filter(({ status }) => status === 'held').sort((a, b) => b.startedAt - a.startedAt)
    },
    hasHeld: async (roster) => (await redis.scard(keys.roster(roster).held)) > 0,
    findAsked: async (roster, dryRun) => (await findAsked(roster, dryRun)).record,
    async ask(roster, record, task) {
      for (;;) {
        // One that is over: a worker of an older version does not say when it begins.
        const { id, record: waiting } = await findAsked(record.roster, record.dryRun)
        if (waiting) return waiting
        const asked = { field: askedAs(record.dryRun), over: id ?? '' }
        const plans = [{ before: null, after: record }]
        const written = await write(record.roster, plans, { ...(task ? { task } : {}), born: roster.createdAt, asked })
        if (written === 'gone') throw notHere(record.roster)
        if (written === 'written') return record
      }
    },
    async begin(roster, token) {
      return (await redis.set(keys.roster(roster).busy, token, 'PX', BUSY_MS, 'NX')) === 'OK'
    },
    async end(roster, token) {
      if ((await redis.get(keys.roster(roster).busy)) === token) await redis.del(keys.roster(roster).busy)
    },
  }
}
