import { randomUUID } from 'node:crypto'
import type { ScimGroup } from '../../domain/scim.ts'
import { inChunks } from '../lists.ts'
import { assertRoom, registerDirectory, type OpenDirectory, type ScimDeps } from './directory.ts'
import { noteOddOfGroup } from './note-odd.ts'
import { patiently } from './pace.ts'
import { settleUsers } from './settle.ts'

/** A change of a group's members that never needs the group itself: what is added and taken out, or the whole that remains. */
export interface MembersDelta {
  /** True: nobody stays but those who are added. */
  isWhole: boolean
  add: ReadonlySet<string>
  remove: ReadonlySet<string>
}

/** What a request says of a group, beside its members. */
export interface ScimGroupDraft {
  displayName: string
  externalId: string | null
}

const CHUNK = 500
/** From so many on, a request's people go behind those of others. */
const MANY = 100
/** A roster names one group; a provider may push all that it has. */
const MOST_GROUPS_OF_BOUND = 1_000
/** Unknown ids that a note names. */
const NAMED = 5

/**
 * Makes a group with its first members, or goes on with one whose request ended on the way. 'taken': the directory has it already, by
 * its external id, or by its name where it has none. A second one would keep the people of the first one on the roster for ever.
 * Throws limit_reached.
 */
export async function createScimGroup(
  deps: ScimDeps,
  directory: OpenDirectory,
  draft: ScimGroupDraft,
  members: ReadonlySet<string>,
  traceparent?: string,
): Promise<ScimGroup | 'taken'> {
  const { store } = directory
  const known = await findAlike(directory, draft)
  if (known && !known.making) return 'taken'
  if (!known) {
    await assertRoom(directory, store.groups, MOST_GROUPS_OF_BOUND)
    await registerDirectory(deps, directory)
  }
  const now = deps.clock.now()
  const fresh: ScimGroup = { v: 1, id: randomUUID(), ...draft, createdAt: now, updatedAt: now }
  const group = known ?? (members.size === 0 ? fresh : { ...fresh, making: true })
  // Begun before anybody can find the group: who goes on with it, or changes it, is not undone by our later steps.
  const change = group.making && (await store.beginChange(group.id, true))
  if (!known && !(await store.groups.insert(group))) {
    if (change) await store.endChange(group.id)
    return 'taken'
  }
  if (!change) return group
  const delta = { isWhole: known !== undefined, add: members, remove: new Set<string>() }
  await amendMembers(deps, directory, group, delta, { change, traceparent })
  const made = await changeScimGroup(deps, directory, group.id, () => draft, undefined, traceparent)
  return typeof made === 'string' ? group : made
}

/** The group that a provider would make a second time. */
async function findAlike({ store }: OpenDirectory, draft: ScimGroupDraft): Promise<ScimGroup | undefined> {
  const { displayName, externalId } = draft
  if (externalId !== null) return (await store.groups.findBy('externalId', externalId))[0]
  return (await store.groups.findBy('name', displayName)).find((group) => group.externalId === null)
}

/** `change`: what becomes of its names, called more than once perhaps; undefined: nothing. */
export async function changeScimGroup(
  deps: ScimDeps,
  directory: OpenDirectory,
  id: string,
  change: (group: ScimGroup) => ScimGroupDraft,
  members: MembersDelta | undefined,
  traceparent?: string,
): Promise<ScimGroup | 'missing' | 'taken'> {
  let isRenamed = false
  const result = await directory.store.groups.update(id, ({ making, ...group }) => {
    const draft = change(group)
    isRenamed = draft.displayName !== group.displayName || draft.externalId !== group.externalId
    if (isRenamed) return { record: { ...group, ...draft, updatedAt: deps.clock.now() }, isTold: true }
    // Whoever changes a group knows it: nobody goes on with its making.
    return making ? { record: group, isTold: false } : undefined
  })
  if (typeof result === 'string') return result
  const { after } = result
  if (isRenamed) await settleGroup(deps, directory, id, traceparent)
  if (members) await amendMembers(deps, directory, after, members, { traceparent })
  return after
}

/** Has the rosters told of everybody in a group. */
export async function* touchMembers({ store }: OpenDirectory, groupId: string): AsyncGenerator<string[], void> {
  for await (const page of store.membersOf(groupId)) {
    await patiently(() => store.touch(page))
    yield page
  }
}

async function amendMembers(
  deps: ScimDeps,
  directory: OpenDirectory,
  group: ScimGroup,
  delta: MembersDelta,
  { change, traceparent }: { change?: string; traceparent?: string | undefined },
): Promise<void> {
  const unknown: string[] = []
  const isMany = delta.isWhole || delta.add.size + delta.remove.size >= MANY
  const changed = changeMembers(directory, group, delta, { unknown, isMany, change })
  await settleUsers(deps, directory, changed, { isWhole: delta.isWhole, isMany, traceparent })
  if (unknown.length === 0) return
  const named = unknown
    .slice(0, NAMED)
    .map((id) => id.slice(0, 64))
    .join(', ')
  const more = unknown.length > NAMED ? ` and ${unknown.length - NAMED} more` : ''
  await noteOddOfGroup(deps, directory, group, `nobody has the id ${named}${more}; left out.`)
}

/** Carries the change out a page at a time; yields whom it changed, and adds to `unknown` whom nobody knows. `change`: begun before. */
async function* changeMembers(
  { store }: OpenDirectory,
  group: Pick<ScimGroup, 'id'>,
  { isWhole, add, remove }: MembersDelta,
  { unknown = [], isMany, change: begun }: { unknown?: string[]; isMany: boolean; change?: string | undefined },
): AsyncGenerator<string[], void> {
  const amend = async (how: 'add' | 'remove', ids: string[], change: string | undefined) => {
    let isAgain = false
    const once = async () => {
      const wasAsked = isAgain
      isAgain = true
      const result = await store.amendMembers(group.id, how, ids, change)
      if (!result || !wasAsked) return result
      // Whom the try changed that was not answered in time is not said again.
      const unknownIds = new Set(result.unknown)
      return { ...result, changed: ids.filter((id) => !unknownIds.has(id)) }
    }
    return isMany ? patiently(once) : once()
  }
  const steps = Math.ceil(add.size / CHUNK) + Math.ceil(remove.size / CHUNK)
  const change = begun ?? (isWhole || steps > 1 ? await store.beginChange(group.id, isWhole) : undefined)
  try {
    for (const ids of inChunks([...add], CHUNK)) {
      const result = await amend('add', ids, change)
      unknown.push(...(result?.unknown ?? []))
      if (result && result.changed.length > 0) yield result.changed
    }
    const takeOut = async (ids: string[]) => (await amend('remove', ids, change))?.changed ?? []
    for (const ids of inChunks([...remove], CHUNK)) {
      const changed = await takeOut(ids)
      if (changed.length > 0) yield changed
    }
    if (!isWhole) return
    for await (const page of store.membersOf(group.id)) {
      const ids = page.filter((id) => !add.has(id))
      const changed = ids.length === 0 ? [] : await takeOut(ids)
      if (changed.length > 0) yield changed
    }
  } finally {
    if (change !== undefined) await store.endChange(group.id)
  }
}

/** Deletes a group; its people leave the rosters as if it had been emptied. False where there is no such group. */
export async function deleteScimGroup(
  deps: ScimDeps,
  directory: OpenDirectory,
  id: string,
  traceparent?: string,
): Promise<boolean> {
  if (!(await directory.store.groups.delete(id))) return false
  await settleGroup(deps, directory, id, traceparent)
  return true
}

/**
 * Looks at everybody in a group that was renamed, and so may lead elsewhere by now, or deleted: then they are let go. The change itself
 * has noted that this is to be done; whoever finds the note later does it.
 */
export async function settleGroup(
  deps: ScimDeps,
  directory: OpenDirectory,
  groupId: string,
  traceparent?: string,
): Promise<void> {
  const { store } = directory
  const lastChange = await store.lastChange(groupId)
  const users = (await store.groups.find(groupId))
    ? touchMembers(directory, groupId)
    : changeMembers(directory, { id: groupId }, { isWhole: true, add: new Set(), remove: new Set() }, { isMany: true })
  await settleUsers(deps, directory, users, { isWhole: true, isMany: true, traceparent })
  await store.settled(groupId, lastChange)
}
