import { invalidParameter } from './errors.ts'
import type { Query } from './query.ts'

const defaultLimit = 50
export const maxLimit = 200

interface Cursor {
  limit: number
  /** Rows of plain lists go by their place, so that removals between two pages shift nothing; sorted ones by count. */
  after?: number
  skip?: number
}

export interface Page<T> {
  rows: T[]
  total: number
  limit: number
  next: string | undefined
}

interface Request {
  limit: number
  cursor: Cursor | undefined
}

function readRequest(query: Query): Request {
  const text = query.list('cursor')?.[0]
  const cursor = text === undefined ? undefined : parseCursor(text)
  const limit = query.number('limit') ?? cursor?.limit ?? defaultLimit
  return { limit, cursor }
}

function parseCursor(text: string): Cursor {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Cursor
    if (typeof value.limit === 'number' && (typeof value.after === 'number' || typeof value.skip === 'number')) {
      return value
    }
  } catch {
    // Falls through: whatever is not ours is refused in one way.
  }
  throw invalidParameter('cursor', `'${text}' is not a valid cursor for this request`)
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** One page of a list that goes by place. `find` leaves out what does not belong, by giving undefined. */
export function pageByPlace<T>(
  ids: ReadonlyMap<string, number>,
  find: (id: string) => T | undefined,
  query: Query,
  isFiltered: boolean,
): Page<T> {
  const { limit, cursor } = readRequest(query)
  const after = cursor?.after ?? -1
  const rows: T[] = []
  let total = 0
  let last = after
  let more = false
  for (const [id, place] of ids) {
    if (!isFiltered && (more || place <= after)) {
      if (more) break
      continue
    }
    const row = find(id)
    if (row === undefined) continue
    total += 1
    if (place <= after) continue
    if (rows.length < limit) {
      rows.push(row)
      last = place
    } else more = true
  }
  const next = more ? writeCursor({ limit, after: last }) : undefined
  return { rows, total: isFiltered ? total : ids.size, limit, next }
}

/** One page of a list in another order. */
export function pageByCount<T>(all: T[], query: Query): Page<T> {
  const { limit, cursor } = readRequest(query)
  const skip = cursor?.skip ?? 0
  const rows = all.slice(skip, skip + limit)
  const more = skip + limit < all.length
  return { rows, total: all.length, limit, next: more ? writeCursor({ limit, skip: skip + limit }) : undefined }
}
