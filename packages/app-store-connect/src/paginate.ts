import type { z } from 'zod'
import { unreadable } from './classify.ts'
import type { Call } from './request.ts'
import { pageOf, readJson, Unfit, type includedResource } from './shapes.ts'
import type { Query } from './target.ts'

export const PAGE_SIZE = 200
/** 10,000 testers at Apple's default of 50 a page, and as many again: beyond that the links go in circles. */
const MAX_PAGES = 400

export type Included = z.output<typeof includedResource>

/** What the modules of each resource need of a session. */
export interface Caller {
  baseUrl: URL
  call<T>(call: Call<T>): Promise<T>
}

export interface Listing<R> {
  /** Distinct by id; where a row came twice, as it came first. */
  rows: R[]
  /** Followed to a page without a next link. */
  finished: boolean
  /** No id came twice. */
  distinct: boolean
  /** The last total that Apple gave; null for none. */
  total: number | null
}

export interface Page<R> {
  rows: R[]
  /** Path and query of the next page, as Apple gave them; null on the last one. */
  next: string | null
  total: number | null
}

export interface Collection<S extends z.ZodType, R> {
  path: string
  id?: string
  query: Query
  row: S
  toRow: (row: z.output<S>, included: readonly Included[]) => R
  /** Stop once there are so many rows. */
  enough?: number
}

/** One page: the first, or the one that the `next` of another leads to. */
export async function readPage<S extends z.ZodType, R extends { id: string }>(
  caller: Caller,
  { path, id, query, row, toRow }: Collection<S, R>,
  target: string | null,
): Promise<Page<R>> {
  const read = readJson(pageOf(row), (page): Page<R> => ({
    rows: page.data.map((data) => toRow(data, page.included ?? [])),
    next: parseNext(page.links?.next, caller.baseUrl),
    total: page.meta?.paging?.total ?? null,
  }))
  const asked = { method: 'GET', path, ...(id === undefined ? {} : { id }), read } as const
  return caller.call(target === null ? { ...asked, query } : { ...asked, target })
}

/** Reads a collection page by page, following `links.next` as given. A link that repeats, or too many pages, ends it unfinished. */
export async function list<S extends z.ZodType, R extends { id: string }>(
  caller: Caller,
  collection: Collection<S, R>,
): Promise<Listing<R>> {
  const { enough = Infinity } = collection
  const rows = new Map<string, R>()
  const followed = new Set<string>()
  let received = 0
  let total: number | null = null
  let target: string | null = null
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page: Page<R> = await readPage(caller, collection, target)
    for (const found of page.rows) if (!rows.has(found.id)) rows.set(found.id, found)
    received += page.rows.length
    total = page.total ?? total
    const finished = page.next === null
    if (page.next === null || rows.size >= enough || followed.has(page.next)) {
      return { rows: [...rows.values()], finished, distinct: rows.size === received, total }
    }
    followed.add(page.next)
    target = page.next
  }
  return { rows: [...rows.values()], finished: false, distinct: rows.size === received, total }
}

/** All rows, for reads whose gaps would be taken for absence. */
export async function listAll<S extends z.ZodType, R extends { id: string }>(
  caller: Caller,
  collection: Collection<S, R>,
): Promise<R[]> {
  const { rows, finished } = await list(caller, collection)
  if (finished || rows.length >= (collection.enough ?? Infinity)) return rows
  throw unreadable({ method: 'GET', path: collection.path, id: collection.id }, 200, 'pages that never end')
}

/** Path and query of a next link. Our token goes with it, so it must not lead to another host. */
function parseNext(next: string | null | undefined, baseUrl: URL): string | null {
  if (!next) return null
  const url = URL.canParse(next, baseUrl.href) ? new URL(next, baseUrl.href) : null
  if (url?.origin !== baseUrl.origin) throw new Unfit('links.next leads elsewhere')
  return url.pathname + url.search
}
