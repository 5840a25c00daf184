import { createHash } from 'node:crypto'
import { z } from 'zod'
import { requestInvalid } from '../plugins/to-problem.ts'

const MAX_LIMIT = 1_000

/** How many items of a list a page has: 1 to the most, 100 unless said otherwise. */
export const limit = z.coerce
  .number('This is not a number.')
  // Each has its own words: the number's stand for whatever has none.
  .int('This is not a whole number.')
  .min(1, 'A page has 1 item at least.')
  .max(MAX_LIMIT, 'A page has 1,000 items at most.')
  .default(100)
/** Where a page begins. */
export const cursor = z.string().max(2_000).optional().describe('The `nextCursor` of the page before')

/** The query of every list. */
export const pageQuery = z.strictObject({ limit, cursor })

/** A page of a list; `nextCursor` is null on the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** `list` names the list with its filters: a cursor of one is refused by all others. */
export function toCursor(list: string, after: string): string {
  return Buffer.from(JSON.stringify([fingerprint(list), after])).toString('base64url')
}

/** Throws request_invalid. */
export function readCursor(list: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const fault = (detail: string) => requestInvalid([{ pointer: '/query/cursor', code: 'invalid_cursor', detail }])
  const [print, after] = decode(text) ?? []
  if (typeof print !== 'string' || typeof after !== 'string') throw fault('This is not a cursor of this API.')
  if (print !== fingerprint(list)) throw fault('This cursor belongs to another list or other filters.')
  return after
}

function decode(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function fingerprint(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 8)
}

/** One page of a list that is at hand as a whole, in the order of ids. */
export function pageFrom<T extends { id: string }>(
  list: string,
  all: readonly T[],
  query: { limit: number; cursor?: string | undefined },
): { items: T[]; nextCursor: string | null } {
  const after = readCursor(list, query.cursor)
  const start = after === undefined ? 0 : all.findIndex((item) => item.id > after)
  const items = start < 0 ? [] : all.slice(start, start + query.limit)
  const last = items.at(-1)
  const more = last !== undefined && start + items.length < all.length
  return { items, nextCursor: more ? toCursor(list, last.id) : null }
}
