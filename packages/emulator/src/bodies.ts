import { entityError, invalidEntity } from './errors.ts'

export interface AttributeSpec {
  type: 'string' | 'boolean' | 'integer' | 'uri' | 'strings'
  required?: true
  nullable?: true
}

export interface RelationshipSpec {
  type: string
  many?: true
  required?: true
}

/** What a request body must look like: a resource object, or a list of identifiers. */
export type BodySpec =
  | {
      kind: 'entity'
      type: string
      /** An update repeats the id of the path. */
      withId?: true
      attributes?: Record<string, AttributeSpec>
      relationships?: Record<string, RelationshipSpec>
      /** Attributes that exist, but not for this request. */
      createOnly?: readonly string[]
    }
  | { kind: 'linkage'; type: string }

export interface Identifier {
  type: string
  id: string
}

type Values = Record<string, unknown>

/** A body that has been checked. Relationships are always lists here, of one where Apple's is to-one. */
export interface Body {
  attributes: Values
  relationships: Record<string, Identifier[]>
  /** Of a linkage body. */
  ids: string[]
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function checkBody(body: unknown, spec: BodySpec, pathId: string | undefined): Body {
  if (!isObject(body)) throw invalidEntity('The request must carry a JSON document')
  for (const key of Object.keys(body))
    if (key !== 'data') throw invalidEntity(`Unexpected or invalid value at '${key}'.`)
  if (spec.kind === 'linkage') {
    const ids = identifiers(body.data, spec.type, 'data').map(({ id }) => id)
    return { attributes: {}, relationships: {}, ids }
  }
  const { data } = body
  if (!isObject(data)) throw invalidEntity("Unexpected or invalid value at 'data'.")
  const allowed = ['type', 'attributes', 'relationships', ...(spec.withId ? ['id'] : [])]
  for (const key of Object.keys(data)) {
    if (!allowed.includes(key)) throw invalidEntity(`Unexpected or invalid value at 'data.${key}'.`)
  }
  if (data.type !== spec.type) throw invalidEntity("Unexpected or invalid value at 'data.type'.")
  if (spec.withId && data.id !== pathId) throw invalidEntity("Unexpected or invalid value at 'data.id'.")
  return {
    attributes: attributes(data.attributes, spec),
    relationships: relationships(data.relationships, spec),
    ids: [],
  }
}

type EntitySpec = Extract<BodySpec, { kind: 'entity' }>

function attributes(given: unknown, spec: EntitySpec): Values {
  const values = given ?? {}
  if (!isObject(values)) throw invalidEntity("Unexpected or invalid value at 'data.attributes'.")
  const specs = spec.attributes ?? {}
  for (const [name, value] of Object.entries(values)) {
    const pointer = `/data/attributes/${name}`
    if (spec.createOnly?.includes(name)) {
      throw entityError(
        'ATTRIBUTE.NOT_ALLOWED',
        pointer,
        `The attribute '${name}' can not be included in this request`,
        {
          violation: true,
        },
      )
    }
    const one = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (!one) throw entityError('ATTRIBUTE.UNKNOWN', pointer, `'${name}' is not an attribute on the resource`, bad)
    if (!fits(value, one)) {
      throw entityError('ATTRIBUTE.TYPE', pointer, `The attribute '${name}' must be a ${one.type}`, bad)
    }
  }
  for (const [name, one] of Object.entries(specs)) {
    if (!one.required || values[name] !== undefined) continue
    const detail = `You must provide a value for the attribute '${name}' with this request`
    throw entityError('ATTRIBUTE.REQUIRED', `/data/attributes/${name}`, detail, bad)
  }
  return values
}

const bad = { violation: true }

function fits(value: unknown, { type, nullable }: AttributeSpec): boolean {
  if (value === null) return nullable === true
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isInteger(value)
    case 'uri':
      return typeof value === 'string' && URL.canParse(value)
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
  }
}

function relationships(given: unknown, spec: EntitySpec): Record<string, Identifier[]> {
  const values = given ?? {}
  if (!isObject(values)) throw invalidEntity("Unexpected or invalid value at 'data.relationships'.")
  const specs = spec.relationships ?? {}
  const found: Record<string, Identifier[]> = {}
  for (const [name, value] of Object.entries(values)) {
    const one = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (!one) {
      const detail = `'${name}' is not a relationship on the resource '${spec.type}'`
      throw entityError('RELATIONSHIP.UNKNOWN', `/data/relationships/${name}`, detail, bad)
    }
    const at = `data.relationships.${name}`
    if (!isObject(value)) throw invalidEntity(`Unexpected or invalid value at '${at}'.`)
    if (value.data === undefined && !one.required) continue
    found[name] = one.many
      ? identifiers(value.data, one.type, `${at}.data`)
      : [identifier(value.data, one.type, `${at}.data`)]
  }
  for (const [name, one] of Object.entries(specs)) {
    if (!one.required || found[name]) continue
    const detail = `You must provide a value for the relationship '${name}' with this request`
    throw entityError('RELATIONSHIP.REQUIRED', `/data/relationships/${name}`, detail, bad)
  }
  return found
}

function identifiers(value: unknown, type: string, at: string): Identifier[] {
  if (!Array.isArray(value)) throw invalidEntity(`Unexpected or invalid value at '${at}'.`)
  return value.map((item: unknown, index) => identifier(item, type, `${at}[${index}]`))
}

function identifier(value: unknown, type: string, at: string): Identifier {
  if (!isObject(value) || value.type !== type || typeof value.id !== 'string' || value.id === '') {
    throw invalidEntity(`Unexpected or invalid value at '${at}'.`)
  }
  return { type, id: value.id }
}
