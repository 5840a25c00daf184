import { parseEmail, type ScimProfile, type ScimUser } from '@flightroster/core/domain'
import type { ScimUserDraft } from '@flightroster/core/usecases/scim'
import { isObject, read, toBoolean, toList, unwrap, valuesAt, write, type Resource } from './attributes.ts'
import { ScimFault } from './fault.ts'
import { matches } from './filter.ts'
import { parsePatchPath } from './patch-path.ts'

/** The schema of a user (RFC 7643, 4.1). */
export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'

const LONGEST_NAME = 256
const LONGEST_USER_NAME = 256
/** What providers send is 1 to 5 KB. A token brings as many users as its rosters may have members, and the store is everybody's. */
const LARGEST_BYTES = 16 * 1024
/** Ours to say, or nothing to keep. */
const NOT_KEPT = ['id', 'meta', 'groups', 'schemas', 'password']

/** What a user's resource says, however it came about. `emailAttribute`: where the address stands; undefined: as is usual. */
export function toUserDraft(sent: Resource, emailAttribute: string | undefined): ScimUserDraft {
  const resource: Resource = {}
  for (const [name, value] of Object.entries(sent)) {
    // No attribute is called so, and assigning it would set a prototype.
    if (name === '__proto__' || value === null || NOT_KEPT.includes(name.toLowerCase())) continue
    resource[name] = value
  }
  const userName = textOf(read(resource, 'userName'))
  if (userName === null) throw new ScimFault(400, '"userName" is required, as a text.', 'invalidValue')
  if (userName.length > LONGEST_USER_NAME) {
    throw new ScimFault(400, `"userName" has at most ${LONGEST_USER_NAME} characters.`, 'invalidValue')
  }
  write(resource, 'userName', userName)
  const active = toBoolean(unwrap(read(resource, 'active') ?? true))
  if (active === undefined) throw new ScimFault(400, '"active" is true or false.', 'invalidValue')
  write(resource, 'active', active)
  if (Buffer.byteLength(JSON.stringify(resource)) > LARGEST_BYTES) {
    throw new ScimFault(413, `A user has at most ${LARGEST_BYTES / 1024} KB here.`)
  }
  return {
    userName,
    externalId: textOf(read(resource, 'externalId')),
    active,
    profile: toProfile(resource, userName, emailAttribute),
    resource,
  }
}

function textOf(value: unknown): string | null {
  const one = unwrap(value)
  const sent = typeof one === 'string' ? one : typeof one === 'number' ? String(one) : ''
  // No control characters in names and ids; NUL ends an index entry.
  const text = sent.replaceAll(/\p{Cc}/gu, '').trim()
  return text === '' ? null : text
}

function toProfile(resource: Resource, userName: string, emailAttribute: string | undefined): ScimProfile {
  const name = (part: string) => textOf(valuesAt(resource, ['name', part])[0])?.slice(0, LONGEST_NAME) ?? null
  return {
    email: emailAttribute === undefined ? usualAddress(resource, userName) : mappedAddress(resource, emailAttribute),
    firstName: name('givenName'),
    lastName: name('familyName'),
  }
}

/** The primary or work e-mail, else one of no kind, else the user name where it is an address. */
function usualAddress(resource: Resource, userName: string): string | null {
  const emails = toList(read(resource, 'emails')).map((item) => (isObject(item) ? item : { value: item }))
  const ranked = [
    emails.find((item) => toBoolean(read(item, 'primary')) === true),
    emails.find((item) => String(read(item, 'type')).toLowerCase() === 'work'),
    emails.find((item) => read(item, 'type') === undefined),
  ]
  for (const item of ranked) {
    const email = item === undefined ? null : addressOf(read(item, 'value'))
    if (email !== null) return email
  }
  return addressOf(userName)
}

/** Where the mapped attribute is empty or no address, there is none: another one would be somebody's guess. */
function mappedAddress(resource: Resource, attribute: string): string | null {
  for (const value of mappedValues(resource, attribute)) {
    const email = addressOf(value)
    if (email !== null) return email
  }
  return null
}

function mappedValues(resource: Resource, attribute: string): unknown[] {
  const { parts, filter, sub } = parsePatchPath(attribute)
  return valuesAt(resource, parts)
    .filter((value) => filter === undefined || (isObject(value) && matches(value, filter)))
    .map((value) => (isObject(value) ? read(value, sub ?? 'value') : value))
}

/** Whether something stands where the address is taken from, and it is none: a mapping at the provider is wrong. */
export function isMappedWrong({ profile, resource }: ScimUserDraft, attribute: string | undefined): boolean {
  if (attribute === undefined || profile.email !== null) return false
  return mappedValues(resource, attribute).some((value) => value !== undefined && value !== null && value !== '')
}

function addressOf(value: unknown): string | null {
  return typeof value === 'string' ? parseEmail(value) : null
}

/** A group that a user is in, as the user's resource names it. */
export interface UserGroup {
  id: string
  displayName: string
}

/** A user as it is answered: what the provider sent, with id, times and groups of ours. `base`: before the paths. */
export function toUserResource(user: ScimUser, groups: readonly UserGroup[], base: string): Resource {
  const schemas = [USER_SCHEMA, ...Object.keys(user.resource).filter((name) => /^urn:/i.test(name))]
  return {
    schemas,
    id: user.id,
    ...user.resource,
    ...(groups.length > 0
      ? { groups: groups.map(({ id, displayName }) => ({ value: id, display: displayName, type: 'direct' })) }
      : {}),
    meta: {
      resourceType: 'User',
      created: new Date(user.createdAt).toISOString(),
      lastModified: new Date(user.updatedAt).toISOString(),
      location: `${base}/Users/${user.id}`,
    },
  }
}

/** A PUT replaces all; what is left out is no more, but for `active`, which nobody leaves out to switch somebody on. */
export function replaceUser(user: ScimUser, sent: Resource, emailAttribute: string | undefined): ScimUserDraft {
  const isSaid = read(sent, 'active') !== undefined && read(sent, 'active') !== null
  return toUserDraft(isSaid ? sent : { ...sent, active: user.active }, emailAttribute)
}
