import { parse, type Filter } from 'scim2-parse-filter'
import { isObject, splitPath, valuesAt, type Resource } from './attributes.ts'
import { ScimFault } from './fault.ts'

export type { Filter } from 'scim2-parse-filter'

const LONGEST = 2_000
const DEEPEST = 20

/** Throws invalidFilter. Bounded before it is parsed: the parser goes as deep as what it is given. */
export function parseFilter(text: string): Filter {
  if (text.length > LONGEST) throw invalid(`A filter has at most ${LONGEST} characters here.`)
  if (depthOf(text) > DEEPEST) throw invalid(`A filter is nested at most ${DEEPEST} deep here.`)
  try {
    return parse(text)
  } catch {
    throw invalid('The filter could not be read; see RFC 7644, 3.4.2.2.')
  }
}

const invalid = (detail: string) => new ScimFault(400, detail, 'invalidFilter')

/** Brackets within each other, and `not`s in a row, at most. */
function depthOf(text: string): number {
  let [depth, deepest, isQuoted] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (isQuoted && letter === '\\') at++
    else if (letter === '"') isQuoted = !isQuoted
    else if (!isQuoted && (letter === '(' || letter === '[')) deepest = Math.max(deepest, ++depth)
    else if (!isQuoted && (letter === ')' || letter === ']')) depth--
  }
  return deepest + (text.match(/\bnot\b/gi)?.length ?? 0)
}

/** Compared with case, as RFC 7643 has it. */
const CASE_EXACT = new Set(['id', 'externalid', '$ref'])

/** Whether a resource is among those that a filter asks for (RFC 7644, 3.4.2.2). */
export function matches(resource: Resource, filter: Filter): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every((one) => matches(resource, one))
    case 'or':
      return filter.filters.some((one) => matches(resource, one))
    case 'not':
      return !matches(resource, filter.filter)
    case '[]': {
      const { valFilter } = filter
      return valuesAt(resource, partsOf(filter.attrPath)).some((value) =>
        matches(isObject(value) ? value : { value }, valFilter),
      )
    }
    case 'pr':
      return valuesAt(resource, partsOf(filter.attrPath)).some((value) => value !== '')
    case 'ne':
      return !matches(resource, { ...filter, op: 'eq' })
    case 'eq':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le': {
      const { op, compValue } = filter
      const parts = partsOf(filter.attrPath)
      const isExact = CASE_EXACT.has((parts.at(-1) ?? '').toLowerCase())
      const found = valuesAt(resource, parts).map((value) => (isObject(value) ? value['value'] : value))
      if (compValue === null) return op === 'eq' && found.length === 0
      return found.some((value) => compare(op, value, compValue, isExact))
    }
  }
}

/** The same filter is asked of one value after the other. */
let lastSplit: { path: string; parts: string[] } | undefined

/** A path that is none names an attribute that nobody has. */
function partsOf(path: string): string[] {
  if (lastSplit?.path !== path) lastSplit = { path, parts: splitPath(path) ?? ['\0'] }
  return lastSplit.parts
}

type Operator = 'eq' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

function compare(op: Operator, value: unknown, wanted: string | number | boolean, isExact: boolean): boolean {
  if (op === 'eq' && (typeof wanted === 'boolean' || typeof value === 'boolean'))
    return String(value).toLowerCase() === String(wanted).toLowerCase()
  if (typeof value === 'number' && typeof wanted === 'number') return holds(op, value - wanted)
  if (typeof value !== 'string' || typeof wanted === 'boolean') return false
  const fold = (text: string) => (isExact ? text : text.toLowerCase())
  const [a, b] = [fold(value), fold(String(wanted))]
  if (op === 'co') return a.includes(b)
  if (op === 'sw') return a.startsWith(b)
  if (op === 'ew') return a.endsWith(b)
  return holds(op, a === b ? 0 : a < b ? -1 : 1)
}

function holds(op: Operator, order: number): boolean {
  if (op === 'eq') return order === 0
  if (op === 'gt') return order > 0
  if (op === 'ge') return order >= 0
  if (op === 'lt') return order < 0
  return op === 'le' && order <= 0
}

/** Equalities of which every match of the filter fulfils each: what an index can answer. Paths are lower-cased. */
export function equalitiesOf(filter: Filter): { path: string; value: string }[] {
  switch (filter.op) {
    case 'and':
      return filter.filters.flatMap(equalitiesOf)
    case 'eq':
      return typeof filter.compValue === 'string' ? [{ path: pathOf(filter.attrPath), value: filter.compValue }] : []
    case '[]': {
      const outer = pathOf(filter.attrPath)
      return equalitiesOf(filter.valFilter).map(({ path, value }) => ({ path: `${outer}.${path}`, value }))
    }
    case 'or':
    case 'not':
    case 'pr':
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return []
  }
}

/**
 * The values that a filter compares an attribute (lower-cased) or its `value` with, wherever that stands in it; undefined among them:
 * the filter looks at the attribute in another way.
 */
export function comparedWith(filter: Filter, attribute: string): (string | undefined)[] {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.filters.flatMap((one) => comparedWith(one, attribute))
    case 'not':
      return comparedWith(filter.filter, attribute)
    case '[]': {
      if (pathOf(filter.attrPath) !== attribute) return []
      const values = comparedWith(filter.valFilter, 'value')
      return attributesOf(filter.valFilter).every((name) => name === 'value' || name === 'type') ? values : [undefined]
    }
    case 'eq':
    case 'pr':
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le': {
      const path = pathOf(filter.attrPath)
      if (path !== attribute && !path.startsWith(`${attribute}.`)) return []
      const isValue = path === attribute || path === `${attribute}.value`
      return isValue && filter.op === 'eq' && typeof filter.compValue === 'string' ? [filter.compValue] : [undefined]
    }
  }
}

/** Every attribute that a filter names, lower-cased, without what stands behind the first dot. */
export function attributesOf(filter: Filter): string[] {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(attributesOf)
    case 'not':
      return attributesOf(filter.filter)
    case '[]':
    case 'eq':
    case 'pr':
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return [(splitPath(filter.attrPath)?.[0] ?? filter.attrPath).toLowerCase()]
  }
}

const pathOf = (path: string) => (splitPath(path) ?? []).join('.').toLowerCase()
