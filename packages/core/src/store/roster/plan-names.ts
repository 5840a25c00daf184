import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { IdleMember, Kept, PlanCounts, Reconciliation } from '../../domain/reconciliation.ts'
import {
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  readJson,
  text,
  texts,
  word,
} from '../../domain/shape.ts'
import { problem } from '../stored-shapes.ts'
import { laneKeys } from '../keys.ts'
import { isPacking } from '../connection/packing.ts'

/** Who is named by a plan. It may be a hundred thousand, so they are kept in one place beside the record, and read by pages. */
export type PlanNames = Pick<
  Reconciliation,
  'removals' | 'added' | 'updated' | 'cleared' | 'kept' | 'idle' | 'unmanaged'
>

/** A reconciliation without the people it names. */
export type ReconciliationHead = Omit<Reconciliation, keyof PlanNames>

/** As it is kept: a few names stand in the record itself, which all did before. */
export type KeptHead = ReconciliationHead & Partial<PlanNames> & { names?: Place }

/** Where the names are. What is kept under a key never changes: other names have another key. */
interface Place {
  key: string
  /** Letters of the lists that there are. */
  has: string
}

/** Each list by the letter that stands before those who are on it. Ids stand as they are, what is more as JSON. */
const LISTS: ReadonlyMap<string, keyof PlanNames> = new Map([
  ['r', 'removals'],
  ['a', 'added'],
  ['p', 'updated'],
  ['c', 'cleared'],
  ['k', 'kept'],
  ['i', 'idle'],
  ['u', 'unmanaged'],
] as const)

const keptShape = object<Kept>({ id: text, reason: word() })
const idleShape = object<IdleMember>({ id: text, reason: word(), since: number, joined: optional(number) })
const unmanagedShape = object<PlanNames['unmanaged'][number]>({ testerId: text, email: nullable(text) })

const headShape = object<KeptHead>({
  v: oneOf(1),
  id: text,
  roster: text,
  kind: word(),
  status: word(),
  dryRun: flag,
  startedAt: number,
  updatedAt: number,
  progress: object<Reconciliation['progress']>({
    read: number,
    total: nullable(number),
    converged: number,
    toConverge: number,
  }),
  plan: object<PlanCounts>({ add: number, update: number, remove: number, unchanged: number }),
  reading: optional(text),
  fromEvents: optional(oneOf(true)),
  removesUnmanaged: flag,
  revision: number,
  held: nullable(word()),
  approvedAt: nullable(number),
  by: optional(text),
  decidedBy: nullable(text),
  reason: nullable(text),
  problem: nullable(problem),
  removals: optional(texts),
  added: optional(texts),
  updated: optional(texts),
  cleared: optional(texts),
  kept: optional(list(keptShape)),
  idle: optional(list(idleShape)),
  unmanaged: optional(list(unmanagedShape)),
  names: optional(object<Place>({ key: text, has: text })),
})
export const readHead = (json: string): KeptHead => readJson(headShape, json, 'A reconciliation')

const FEW = 100
const AT_ONCE = 2_000
/** Of a writer that died before its record named them: the step that writes the record keeps them (write-plans.lua). */
const LEFT_BEHIND_MS = 86_400_000
/** Plans whose names a process remembers: pages of members ask for those of one plan over and over. */
const REMEMBERED = 4

const remembered = new Map<string, Promise<Set<string>>>()

/** Of names that were read or written: where they are, so that a record that is changed does not write them again. */
const places = new WeakMap<readonly string[], { place: Place; names: PlanNames }>()

export function createPlanNames(redis: Redis, teamKey: string) {
  const keyOf = laneKeys(teamKey).planNames
  const read = async (place: Place): Promise<PlanNames> => {
    const names: PlanNames = { removals: [], unmanaged: [] }
    for (const letter of place.has) {
      const list = LISTS.get(letter)
      if (list) names[list] = []
    }
    for (let from = 0; ; from += AT_ONCE) {
      const page = await redis.lrange(keyOf(place.key), from, from + AT_ONCE - 1)
      for (const line of page) parseLine(line, names)
      if (page.length < AT_ONCE) break
    }
    places.set(names.removals, { place, names })
    return names
  }
  const write = async (names: PlanNames): Promise<Place> => {
    const place: Place = {
      key: randomUUID(),
      has: [...LISTS].flatMap(([letter, list]) => (names[list] ? [letter] : [])).join(''),
    }
    const [key, lines] = [keyOf(place.key), formatLines(names)]
    for (let from = 0; from < lines.length; from += AT_ONCE) {
      const page = lines.slice(from, from + AT_ONCE)
      await redis
        .multi()
        .rpush(key, ...page)
        .pexpire(key, LEFT_BEHIND_MS)
        .exec()
    }
    places.set(names.removals, { place, names })
    return place
  }

  return {
    /** The record's JSON, once its names are kept. A head keeps the names that it has. */
    async format(record: Reconciliation | ReconciliationHead): Promise<string> {
      if (!('removals' in record)) return JSON.stringify(record)
      const { removals, added, updated, cleared, kept, idle, unmanaged, ...head } = record
      const names: PlanNames = { removals, added, updated, cleared, kept, idle, unmanaged }
      const known = places.get(removals)
      if (known && isSame(known.names, names)) return JSON.stringify({ ...head, names: known.place })
      const count = [...LISTS.values()].reduce((sum, list) => sum + (names[list]?.length ?? 0), 0)
      if (count <= FEW || !(await isPacking(redis))) return JSON.stringify(record)
      return JSON.stringify({ ...head, names: await write(names) })
    },
    async readAll({ names, removals = [], unmanaged = [], ...head }: KeptHead): Promise<Reconciliation> {
      return names ? { ...head, ...(await read(names)) } : { ...head, removals, unmanaged }
    },
    /** Those of the members whom the plan would remove. */
    async among({ names, removals = [] }: KeptHead, members: readonly string[]): Promise<string[]> {
      if (!names || members.length === 0) {
        const named = new Set(removals)
        return members.filter((id) => named.has(id))
      }
      let named = remembered.get(names.key)
      if (!named) {
        named = read(names).then((all) => new Set(all.removals))
        remembered.set(names.key, named)
        named.catch(() => remembered.delete(names.key))
        for (const key of [...remembered.keys()].slice(0, -REMEMBERED)) remembered.delete(key)
      }
      const found = await named
      return members.filter((id) => found.has(id))
    },
    /** Forgets the names of records that are no more, or have others now. */
    async forget(texts: readonly (string | null | undefined)[], still?: string): Promise<void> {
      const used = still ? placeOf(still)?.key : undefined
      const gone = texts.flatMap((text) => (text ? (placeOf(text)?.key ?? []) : [])).filter((key) => key !== used)
      if (gone.length > 0) await redis.unlink(...gone.map(keyOf))
    },
    /** The key in the store under which a record's names are; null where they stand in it. */
    keyOf: (text: string): { key: string; id: string } | null => {
      const place = placeOf(text)
      return place ? { key: keyOf(place.key), id: place.key } : null
    },
  }
}

const placeOf = (json: string) => readHead(json).names

const isSame = (a: PlanNames, b: PlanNames) => [...LISTS.values()].every((list) => a[list] === b[list])

function formatLines(names: PlanNames): string[] {
  return [...LISTS].flatMap(([letter, list]) =>
    (names[list] ?? []).map((item) => `${letter}${typeof item === 'string' ? item : JSON.stringify(item)}`),
  )
}

const WHAT = 'A name of a plan'

function parseLine(line: string, names: PlanNames): void {
  const [list, rest] = [LISTS.get(line.charAt(0)), line.slice(1)]
  if (list === undefined) return
  if (list === 'kept') names.kept?.push(readJson(keptShape, rest, WHAT))
  else if (list === 'idle') names.idle?.push(readJson(idleShape, rest, WHAT))
  else if (list === 'unmanaged') names.unmanaged.push(readJson(unmanagedShape, rest, WHAT))
  else names[list]?.push(rest)
}
