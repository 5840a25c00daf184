import { notFound } from '../errors.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import { pageByPlace } from '../paging.ts'
import type { Parameters } from '../parameters.ts'
import { resources } from '../resources.ts'
import type { Relation, TypeName } from '../resources.ts'
import { linkage, linkages, list, single } from '../serialize.ts'

/** The row of the path, or Apple's 404. */
export function pathRow<T extends { id: string }>(call: Call, type: TypeName): T {
  const row = resources[type].find(call.id, call)
  if (!row) throw notFound(type, call.id)
  return row as T
}

/** `GET /v1/type/{id}`. */
export function instance(type: TypeName, parameters: Parameters): Operation {
  return {
    method: 'GET',
    path: `/v1/${type}/{id}`,
    parameters,
    handle: (call) => ({ status: 200, body: single(type, pathRow(call, type), call) }),
  }
}

/** `GET /v1/owner/{id}/name` and `GET /v1/owner/{id}/relationships/name` of a to-many relationship. */
export function toMany(owner: TypeName, name: string, target: TypeName): Operation[] {
  const relation = relationOf(owner, name)
  const page = (call: Call) => {
    const ids = relation.ids?.(pathRow(call, owner) as never, call)
    const find = (id: string) => resources[target].find(id, call) as { id: string } | undefined
    return pageByPlace(ids instanceof Map ? ids : new Map(), find, call.query, false)
  }
  return [
    {
      method: 'GET',
      path: `/v1/${owner}/{id}/${name}`,
      parameters: { fields: [target], limit: true },
      handle: (call) => ({ status: 200, body: list(target, page(call), call) }),
    },
    {
      method: 'GET',
      path: `/v1/${owner}/{id}/relationships/${name}`,
      parameters: { limit: true },
      handle: (call) => ({ status: 200, body: linkages(target, page(call), call) }),
    },
  ]
}

/** `GET /v1/owner/{id}/name` and `GET /v1/owner/{id}/relationships/name` of a to-one relationship. */
export function toOne(owner: TypeName, name: string, target: TypeName, parameters: Parameters): Operation[] {
  const relation = relationOf(owner, name)
  const related = (call: Call): string => {
    const id = relation.ids?.(pathRow(call, owner) as never, call)
    if (typeof id !== 'string') throw notFound(target, call.id)
    return id
  }
  const whole = (call: Call): Answer => {
    const id = related(call)
    const row = resources[target].find(id, call) as { id: string } | undefined
    if (!row) throw notFound(target, id)
    return { status: 200, body: single(target, row, call) }
  }
  return [
    { method: 'GET', path: `/v1/${owner}/{id}/${name}`, parameters, handle: whole },
    {
      method: 'GET',
      path: `/v1/${owner}/{id}/relationships/${name}`,
      parameters: {},
      handle: (call) => ({ status: 200, body: linkage(target, related(call), call) }),
    },
  ]
}

function relationOf(owner: TypeName, name: string): Relation {
  const relation = resources[owner].relations[name]
  if (!relation) throw new Error(`${owner} has no relationship ${name}`)
  return relation
}

/** Keeps to the filters given: a row fits when each filter holds one of its values. */
export function filtered<T>(call: Call, values: Record<string, (row: T) => string>): (row: T) => boolean {
  const tests = Object.entries(values).flatMap(([name, value]) => {
    const wanted = call.query.list(`filter[${name}]`)
    return wanted ? [(row: T) => wanted.includes(value(row))] : []
  })
  return (row) => tests.every((test) => test(row))
}

/** Sorts by Apple's keys (`-name` is downwards); undefined where the call does not ask for an order. */
export function sorted<T>(call: Call, rows: T[], values: Record<string, (row: T) => string | number>): T[] {
  const keys = call.query.list('sort') ?? []
  if (keys.length === 0) return rows
  return [...rows].sort((a, b) => {
    for (const key of keys) {
      const value = values[key.replace(/^-/, '')]
      if (!value) continue
      const [x, y] = [value(a), value(b)]
      if (x !== y) return (x < y ? -1 : 1) * (key.startsWith('-') ? -1 : 1)
    }
    return 0
  })
}
