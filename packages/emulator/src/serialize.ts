import type { Page } from './paging.ts'
import type { Query } from './query.ts'
import { resources } from './resources.ts'
import type { Reader, Relation, TypeName } from './resources.ts'
import type { Settings } from './settings.ts'

/** What turning rows into a document needs to know of the call. */
export interface Rendering extends Reader {
  query: Query
  settings: Settings
  /** `http://host:port`, as the caller wrote it: links lead back the way the call came. */
  base: string
  path: string
  search: string
}

type Row = { id: string }
interface Identifier {
  type: TypeName
  id: string
}

const defaultRelatedLimit = 10

/** One resource object. `includes` are the relationships whose ids are given along. */
function resource(type: TypeName, row: Row, call: Rendering, includes: readonly string[]): object {
  const fields = call.query.list(`fields[${type}]`)
  const definition = resources[type]
  const self = `${call.base}/v1/${type}/${row.id}`
  const attributes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(definition.attributes(row as never, call))) {
    // Apple's schema knows no null; a tester's state was seen as null nevertheless.
    if (value === undefined || (value === null && name !== 'state') || (fields && !fields.includes(name))) continue
    attributes[name] = value
  }
  const relationships: Record<string, object> = {}
  for (const [name, relation] of Object.entries(definition.relations)) {
    if (fields && !fields.includes(name)) continue
    relationships[name] = relationship(name, relation, row, self, call, includes.includes(name))
  }
  return { type, id: row.id, attributes, relationships, links: { self } }
}

function relationship(
  name: string,
  relation: Relation,
  row: Row,
  self: string,
  call: Rendering,
  isIncluded: boolean,
): object {
  const links = relation.bare ? {} : { links: { self: `${self}/relationships/${name}`, related: `${self}/${name}` } }
  if (!isIncluded && !relation.bare) return links
  const ids = relation.ids?.(row as never, call)
  if (ids === undefined || ids === null) return links
  if (typeof ids === 'string') return { ...links, data: { type: relation.target, id: ids } }
  const limit = call.query.number(`limit[${name}]`) ?? defaultRelatedLimit
  return {
    ...links,
    meta: { paging: { total: ids.size, limit } },
    data: first(ids.keys(), limit).map((id) => ({ type: relation.target, id })),
  }
}

function first(ids: Iterable<string>, limit: number): string[] {
  const taken: string[] = []
  for (const id of ids) {
    if (taken.length >= limit) break
    taken.push(id)
  }
  return taken
}

function included(type: TypeName, rows: Row[], call: Rendering): { included?: object[] } {
  const names = call.query.list('include')
  if (!names) return {}
  const seen = new Map<string, object>()
  for (const row of rows) {
    for (const name of names) {
      const relation = resources[type].relations[name]
      const ids = relation?.ids?.(row as never, call)
      if (!relation || ids === undefined || ids === null) continue
      const limit = call.query.number(`limit[${name}]`) ?? defaultRelatedLimit
      for (const id of typeof ids === 'string' ? [ids] : first(ids.keys(), limit)) {
        const key = `${relation.target}/${id}`
        if (seen.has(key)) continue
        const other = resources[relation.target].find(id, call) as Row | undefined
        if (other) seen.set(key, resource(relation.target, other, call, []))
      }
    }
  }
  return { included: [...seen.values()] }
}

/** Brackets are no characters of a URI reference, though callers may well write them. */
const encoded = (search: string): string => search.replaceAll('[', '%5B').replaceAll(']', '%5D')
const selfLink = (call: Rendering): string => call.base + call.path + (call.search ? `?${encoded(call.search)}` : '')

/** A document of one resource. */
export function single(type: TypeName, row: Row, call: Rendering): object {
  return {
    data: resource(type, row, call, call.query.list('include') ?? []),
    ...included(type, [row], call),
    links: { self: selfLink(call) },
  }
}

/** A document of a list, one page. */
export function list(type: TypeName, page: Page<Row>, call: Rendering): object {
  const includes = call.query.list('include') ?? []
  return {
    data: page.rows.map((row) => resource(type, row, call, includes)),
    ...included(type, page.rows, call),
    ...paged(page, call),
  }
}

/** A page of bare identifiers, as `/relationships/` gives them. */
export function linkages(type: TypeName, page: Page<Row>, call: Rendering): object {
  return { data: page.rows.map(({ id }): Identifier => ({ type, id })), ...paged(page, call) }
}

export function linkage(type: TypeName, id: string, call: Rendering): object {
  return { data: { type, id } satisfies Identifier, links: { self: selfLink(call) } }
}

export function paged(page: Page<unknown>, call: Rendering): object {
  const { totals, nextLinkLimit } = call.settings
  const next = page.next === undefined ? {} : { next: nextLink(page.next, page.limit, nextLinkLimit, call) }
  const total = totals ? { total: page.total } : {}
  const nextCursor = page.next === undefined ? {} : { nextCursor: page.next }
  return {
    links: { self: selfLink(call), ...next },
    meta: { paging: { ...total, limit: page.limit, ...nextCursor } },
  }
}

function nextLink(cursor: string, limit: number, withLimit: boolean, call: Rendering): string {
  const kept = encoded(call.search)
    .split('&')
    .filter((pair) => pair !== '' && !/^(cursor|limit)=/.test(pair))
  const pairs = [...kept, `cursor=${cursor}`, ...(withLimit ? [`limit=${limit}`] : [])]
  return `${call.base}${call.path}?${pairs.join('&')}`
}
