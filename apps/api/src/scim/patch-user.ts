import { setImmediate as breathe } from 'node:timers/promises'
import { isObject, keyIn, read, toBoolean, toList, unwrap, write, type Resource } from './attributes.ts'
import { ScimFault } from './fault.ts'
import { matches, type Filter } from './filter.ts'
import { parsePatchPath, type PatchPath } from './patch-path.ts'
import { withoutValue, type PatchOperation } from './patch-request.ts'

/** Core attributes that have many values; whatever else came as a list is one too. */
const MANY = new Set(
  ['emails', 'phoneNumbers', 'ims', 'photos', 'addresses', 'groups', 'entitlements', 'roles', 'x509Certificates'].map(
    (name) => name.toLowerCase(),
  ),
)
/** Ours; a provider may send them back, and nothing comes of it. */
const READ_ONLY = new Set(['id', 'meta', 'groups', 'schemas'])
const BOOLEANS = new Set(['active', 'primary'])
/** Changes of one request, members of a value without a path among them; providers send a few dozen. */
const MOST_CHANGES = 200
/** Values of one attribute that a change looks through: each change looks at each of them. */
const MOST_VALUES = 100

/** How long changes are made before others have their turn: each may ask a long filter of each value. */
const SLICE_MS = 5

/** Makes the changes to a copy. Throws invalidPath, invalidFilter, tooMany. */
export async function patchResource(resource: Resource, operations: readonly PatchOperation[]): Promise<Resource> {
  const changes = operations.flatMap(changesOf)
  if (changes.length > MOST_CHANGES) throw tooMany(`At most ${MOST_CHANGES} changes of a user in one request.`)
  const copy = structuredClone(resource)
  let until = performance.now() + SLICE_MS
  for (const change of changes) {
    if (performance.now() > until) {
      await breathe()
      until = performance.now() + SLICE_MS
    }
    applyOne(copy, change)
  }
  return copy
}

const tooMany = (detail: string) => new ScimFault(413, detail, 'tooMany')

/** Throws tooMany. */
function bounded(values: unknown[]): unknown[] {
  if (values.length <= MOST_VALUES) return values
  throw tooMany(
    `An attribute of more than ${MOST_VALUES} values can only be replaced as a whole, with no more than that.`,
  )
}

type Change = PatchOperation & { path: string; isMember: boolean }

/** Without a path, each member of the value is a change of its own; its name may be a whole path ("name.givenName"). */
const changesOf = ({ op, path, value }: PatchOperation): Change[] =>
  path === undefined
    ? Object.entries(value as Resource).map(([name, inner]) => ({ op, path: name, value: inner, isMember: true }))
    : [{ op, path, value, isMember: false }]

function applyOne(resource: Resource, { op, path, value, isMember }: Change): void {
  // A replace without one takes the attribute away, as some write it; an add can't mean that.
  if (op === 'add' && value === undefined) throw withoutValue()
  const isExtension = isMember && /^urn:/i.test(path) && isObject(value)
  if (isExtension && op === 'add') mergeExtension(resource, path, value)
  else applyAt(resource, op, parsePatchPath(path), value)
}

function mergeExtension(resource: Resource, name: string, value: Resource): void {
  const known = read(resource, name)
  write(resource, name, { ...(isObject(known) ? known : {}), ...plain(value) })
}

/** Without members whose names are no attributes: `__proto__` is none. */
const plain = (value: Resource): Resource =>
  Object.keys(value).every(isName)
    ? { ...value }
    : Object.fromEntries(Object.entries(value).filter(([name]) => isName(name)))

const isName = (name: string) => /^(?:\$?[A-Za-z]|urn:)/.test(name)

type Op = PatchOperation['op']

function applyAt(resource: Resource, op: Op, { parts, filter, sub }: PatchPath, value: unknown): void {
  const [head = '', ...rest] = parts
  if (READ_ONLY.has(head.toLowerCase())) return
  if (filter) return applyToValues(resource, op, head, { filter, sub }, value)
  if (rest.length === 0) return applyToAttribute(resource, op, head, value)
  const known = read(resource, head)
  // "emails.value" of a list is meant for each of its values.
  if (Array.isArray(known)) {
    for (const item of bounded(known))
      if (isObject(item)) applyAt(item, op, { parts: rest, filter: undefined, sub: undefined }, value)
    return
  }
  if (!isObject(known) && op === 'remove') return
  const inner: Resource = isObject(known) ? known : {}
  applyAt(inner, op, { parts: rest, filter: undefined, sub: undefined }, value)
  write(resource, head, Object.keys(inner).length === 0 ? null : inner)
}

function applyToAttribute(resource: Resource, op: Op, name: string, value: unknown): void {
  const known = read(resource, name)
  const isMany = MANY.has(name.toLowerCase())
  if (op === 'remove') {
    // With a value: only what is named goes (as some providers take members away).
    const named = new Set(toList(value).map(identityOf))
    const isPart = isMany && named.size > 0 && Array.isArray(known)
    write(resource, name, isPart ? orNothing(bounded(known).filter((item) => !named.has(identityOf(item)))) : null)
    return
  }
  if (isMany) {
    const added = bounded(toList(value)).map(toItem)
    const fresh = new Set(added.map(identityOf))
    const kept = op === 'add' ? bounded(toList(known)).filter((item) => !fresh.has(identityOf(item))) : []
    write(resource, name, orNothing(withOnePrimary([...kept, ...added], added)))
    return
  }
  if (isObject(known) && isObject(value)) {
    write(resource, name, { ...known, ...plain(value) })
    return
  }
  write(resource, name, toSingle(name, value))
}

function toSingle(name: string, value: unknown): unknown {
  if (BOOLEANS.has(name.toLowerCase())) {
    const one = unwrap(value)
    return toBoolean(one) ?? one
  }
  // A list of one where a text is meant; of an attribute that nobody knows it may be meant so.
  if (Array.isArray(value) && value.length === 1 && isObject(value[0]) && Object.hasOwn(value[0], 'value'))
    return unwrap(value)
  return isObject(value) ? plain(value) : value
}

const toItem = (item: unknown): unknown => (isObject(item) ? plain(item) : { value: item })

const identityOf = (item: unknown): string => {
  const value = isObject(item) ? item['value'] : item
  return (JSON.stringify(value ?? item) ?? '').toLowerCase()
}

const orNothing = (list: unknown[]) => (list.length === 0 ? null : list)

/** At most one is the primary one (RFC 7644, 3.5.2): the one that came last. */
function withOnePrimary(items: unknown[], added: readonly unknown[]): unknown[] {
  if (!added.some((item) => isObject(item) && toBoolean(item['primary']) === true)) return items
  return items.map((item) =>
    isObject(item) && !added.includes(item) && toBoolean(item['primary']) === true ? { ...item, primary: false } : item,
  )
}

function applyToValues(
  resource: Resource,
  op: Op,
  name: string,
  { filter, sub }: { filter: Filter; sub: string | undefined },
  value: unknown,
): void {
  const items = bounded(toList(read(resource, name))).map(toItem)
  const isMeant = (item: unknown) => isObject(item) && matches(item, filter)
  if (op === 'remove') {
    const left =
      sub === undefined ? items.filter((item) => !isMeant(item)) : items.map((item) => withoutPart(item, sub, isMeant))
    write(resource, name, orNothing(left))
    return
  }
  const change = (item: Resource): Resource => {
    if (sub === undefined) return isObject(value) ? { ...item, ...plain(value) } : { ...item, value: unwrap(value) }
    const copy = { ...item }
    write(copy, sub, toSingle(sub, unwrap(value)))
    return copy
  }
  const meant = items.map(isMeant)
  if (meant.includes(true)) {
    write(
      resource,
      name,
      items.map((item, at) => (meant[at] ? change(item as Resource) : item)),
    )
    return
  }
  const made = toNew(filter)
  if (!made || (op === 'replace' && !isKind(made))) {
    throw new ScimFault(400, `No value of "${name}" fits the filter, and none can be made of it.`, 'noTarget')
  }
  write(resource, name, [...items, change(made)])
}

/**
 * RFC 7644, 3.5.2.3, has noTarget for a replace that fits nothing. Entra ID replaces `phoneNumbers[type eq "work"].value` of users who
 * have none yet, together with all else that changed, and goes on so for ever: a value of a kind is made.
 */
const isKind = (made: Resource) =>
  Object.keys(made).every((name) => name.toLowerCase() === 'type' || name.toLowerCase() === 'primary')

function withoutPart(item: unknown, sub: string, isMeant: (item: unknown) => boolean): unknown {
  if (!isObject(item) || !isMeant(item)) return item
  const copy = { ...item }
  delete copy[keyIn(copy, sub)]
  return copy
}

/** What a filter of equalities says of a value that is to be made; undefined: it says something else. */
function toNew(filter: Filter): Resource | undefined {
  if (filter.op === 'and') {
    const parts = filter.filters.map(toNew)
    return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined
  }
  if (filter.op !== 'eq' || filter.compValue === null || !/^[A-Za-z][\w-]*$/.test(filter.attrPath)) return undefined
  return { [filter.attrPath]: filter.compValue }
}
