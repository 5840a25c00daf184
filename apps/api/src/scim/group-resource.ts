import type { ScimGroup } from '@flightroster/core/domain'
import type { OpenDirectory, ScimGroupDraft } from '@flightroster/core/usecases/scim'
import { toJson } from '../plugins/half-letters.ts'
import { isObject, read, unwrap, type Resource } from './attributes.ts'
import { ScimFault } from './fault.ts'
import { memberIds } from './patch-group.ts'
import { isAsked, project, type Projection } from './projection.ts'

/** The schema of a group (RFC 7643, 4.2). */
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group'

const LONGEST_NAME = 256

/**
 * A group as a provider sent it. `members`: ids of users; undefined where the body does not speak of them. Throws
 * ScimFault.
 */
export function toGroupDraft(body: unknown): ScimGroupDraft & { members: string[] | undefined } {
  if (!isObject(body)) throw new ScimFault(400, 'The body is not a Group.', 'invalidSyntax')
  const members = read(body, 'members')
  return {
    displayName: readGroupName(read(body, 'displayName')),
    externalId: readExternalId(read(body, 'externalId')),
    members: members === undefined || members === null ? undefined : memberIds(members),
  }
}

/** The name of a group, without control characters. Throws ScimFault where it is empty or too long. */
export function readGroupName(value: unknown): string {
  const sent = unwrap(value)
  const name = typeof sent === 'string' ? clean(sent) : ''
  if (name === '') {
    throw new ScimFault(400, '"displayName" is required, as a text.', 'invalidValue')
  }
  if (name.length > LONGEST_NAME) {
    throw new ScimFault(400, `"displayName" has at most ${LONGEST_NAME} characters.`, 'invalidValue')
  }
  return name
}

/** A provider's own id of a group; null where there is none. Throws ScimFault where it is too long. */
export function readExternalId(value: unknown): string | null {
  const sent = unwrap(value)
  const id = typeof sent === 'string' ? clean(sent) : ''
  if (id.length > LONGEST_NAME) {
    throw new ScimFault(400, `"externalId" has at most ${LONGEST_NAME} characters.`, 'invalidValue')
  }
  return id || null
}

/** Without control characters and outer spaces. */
const clean = (text: string) => text.replaceAll(/\p{Cc}/gu, '').trim()

/** Without members: those are streamed, they may be many. */
export function toGroupHead(group: ScimGroup, base: string): Resource {
  return {
    schemas: [GROUP_SCHEMA],
    id: group.id,
    displayName: group.displayName,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    meta: {
      resourceType: 'Group',
      created: new Date(group.createdAt).toISOString(),
      lastModified: new Date(group.updatedAt).toISOString(),
      location: `${base}/Groups/${group.id}`,
    },
  }
}

/** A group's JSON piece by piece: a page of its members at a time is in memory. */
export async function* groupText(
  { store }: OpenDirectory,
  group: ScimGroup,
  base: string,
  projection: Projection,
): AsyncGenerator<string, void> {
  const head = toJson(project(toGroupHead(group, base), projection))
  if (!isAsked(projection, 'members')) {
    yield head
    return
  }
  yield `${head.slice(0, -1)},"members":[`
  let isFirst = true
  for await (const page of store.membersOf(group.id)) {
    const { members } = project({ members: page.map((value) => ({ value, type: 'User' })) }, projection)
    const items = JSON.stringify(members).slice(1, -1)
    yield isFirst ? items : `,${items}`
    isFirst = false
  }
  yield ']}'
}
