import { setImmediate as breathe } from 'node:timers/promises'
import type { ScimKey, ScimRecords } from '@flightroster/core/store'
import { z } from 'zod'
import type { Resource } from './attributes.ts'
import { equalitiesOf, matches, type Filter } from './filter.ts'

/** The schema of every list (RFC 7644, 3.4.2). */
export const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
/** Resources on a page, at most. */
export const MOST_RESULTS = 200
const DEFAULT_COUNT = 100
/** Records read, and compared with a filter, before others have their turn: a user may have 64 KB. */
const AT_ONCE = 20

/** Providers send parameters of their own along; they are not looked at. */
export const listQuery = z.object({
  filter: z
    .string()
    .optional()
    .describe('RFC 7644, 3.4.2.2; fast where it asks for userName, externalId, id, displayName or an address by eq'),
  startIndex: z.string().optional().describe('From 1'),
  count: z.string().optional().describe(`At most ${MOST_RESULTS}`),
  attributes: z.string().optional(),
  excludedAttributes: z.string().optional(),
})

/** The query of a read: which attributes are wanted. */
export const readQuery = z.object({ attributes: z.string().optional(), excludedAttributes: z.string().optional() })

/** Which part of a list is wanted; `startIndex` counts from 1. */
export interface Window {
  startIndex: number
  count: number
}

/** What is no number counts as not sent; less than the least counts as the least. */
export function readWindow(query: { startIndex?: string | undefined; count?: string | undefined }): Window {
  const whole = (text: string | undefined, otherwise: number) => {
    const value = Number(text ?? Number.NaN)
    return Number.isFinite(value) ? Math.trunc(value) : otherwise
  }
  return {
    startIndex: Math.max(1, Math.min(Number.MAX_SAFE_INTEGER, whole(query.startIndex, 1))),
    count: Math.max(0, Math.min(MOST_RESULTS, whole(query.count, DEFAULT_COUNT))),
  }
}

/** A part of a list, and how many there are in all. */
export interface Page<T> {
  total: number
  records: T[]
}

interface Search<T> {
  records: ScimRecords<T>
  /** Attribute paths, lower-cased, that an index answers. */
  keys: ReadonlyMap<string, ScimKey | 'id'>
  /** As much of them as the filter asks for, in the order given. */
  toResources: (records: readonly T[]) => Promise<Resource[]>
  /** Waits for the turn to look at all records; returns its end. */
  beginScan: () => Promise<() => void>
}

/** A page of the records that fit: by an index where the filter allows, else by looking at all of them, a few at a time. */
export async function findPage<T>(
  search: Search<T>,
  filter: Filter | undefined,
  { startIndex, count }: Window,
  candidates?: readonly T[],
): Promise<Page<T>> {
  const { records } = search
  const from = startIndex - 1
  if (filter === undefined) return { total: await records.total(), records: await readPage(records, from, count) }
  const known = candidates ?? (await findCandidates(search, filter))
  if (known !== undefined) {
    const resources = await search.toResources(known)
    const found = known.filter((_, at) => matches(resources[at] ?? {}, filter))
    return { total: found.length, records: found.slice(from, from + count) }
  }
  const end = await search.beginScan()
  try {
    return await scan(search, filter, { startIndex, count })
  } finally {
    end()
  }
}

async function scan<T>(
  { records, toResources }: Search<T>,
  filter: Filter,
  { startIndex, count }: Window,
): Promise<Page<T>> {
  const from = startIndex - 1
  const page: Page<T> = { total: 0, records: [] }
  for (let at = 0; ; at += AT_ONCE) {
    const some = await records.page(at, AT_ONCE)
    const resources = await toResources(some)
    for (const [index, record] of some.entries()) {
      if (!matches(resources[index] ?? {}, filter)) continue
      if (page.total >= from && page.records.length < count) page.records.push(record)
      page.total++
    }
    if (some.length < AT_ONCE) return page
    await breathe()
  }
}

async function readPage<T>(records: ScimRecords<T>, from: number, count: number): Promise<T[]> {
  const found: T[] = []
  for (let at = 0; at < count; at += AT_ONCE) {
    const wanted = Math.min(AT_ONCE, count - at)
    const some = await records.page(from + at, wanted)
    found.push(...some)
    if (some.length < wanted) break
    await breathe()
  }
  return found
}

async function findCandidates<T>({ records, keys }: Search<T>, filter: Filter): Promise<T[] | undefined> {
  for (const { path, value } of equalitiesOf(filter)) {
    const key = keys.get(path)
    if (key === undefined) continue
    if (key !== 'id') return records.findBy(key, value)
    const found = await records.find(value)
    return found ? [found] : []
  }
  return undefined
}

/** A list response piece by piece. */
export async function* listText<T>(
  head: object,
  records: readonly T[],
  textOf: (record: T, at: number) => string,
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(head).slice(0, -1)},"Resources":[`
  for (const [at, record] of records.entries()) {
    if (at % AT_ONCE === AT_ONCE - 1) await breathe()
    yield (at > 0 ? ',' : '') + textOf(record, at)
  }
  yield ']}'
}

/** The head of a list response, without its resources. */
export const listHead = (total: number, { startIndex }: Window, itemsPerPage: number) => ({
  schemas: [LIST_SCHEMA],
  totalResults: total,
  startIndex,
  itemsPerPage,
})
