import { setImmediate as breathe } from 'node:timers/promises'
import type { MembersDelta } from '@flightroster/core/usecases/scim'
import { isObject, read, toList, type Resource } from './attributes.ts'
import type { Filter } from './filter.ts'
import { parsePatchPath } from './patch-path.ts'
import { withoutValue, type PatchOperation } from './patch-request.ts'

/** What a PATCH makes of a group: its names where they change, and the change of its members, without looking at the group. */
export interface GroupPatch {
  displayName: string | undefined
  externalId: string | null | undefined
  members: MembersDelta | undefined
  /** Of each list somebody has to be in the group already. */
  targets: string[][]
  /** What was left out, for the note. */
  ignored: string[]
}

/** How long operations are looked at before others have their turn: a path may be short, or a filter of 2,000 characters. */
const SLICE_MS = 5

/** Many operations on members come to one change. Throws invalidPath, invalidFilter. */
export async function readGroupPatch(operations: readonly PatchOperation[]): Promise<GroupPatch> {
  const delta = new Delta()
  const patch: GroupPatch = {
    displayName: undefined,
    externalId: undefined,
    members: undefined,
    targets: [],
    ignored: [],
  }
  let until = performance.now() + SLICE_MS
  for (const operation of operations) {
    if (performance.now() > until) {
      await breathe()
      until = performance.now() + SLICE_MS
    }
    if (operation.path !== undefined) applyAt(patch, delta, operation.op, operation.path, operation.value)
    else {
      for (const [name, value] of Object.entries(operation.value as Resource)) {
        applyAt(patch, delta, operation.op, name, value)
      }
    }
  }
  patch.members = delta.result()
  return patch
}

function applyAt(patch: GroupPatch, delta: Delta, op: PatchOperation['op'], path: string, value: unknown): void {
  const { parts, filter } = parsePatchPath(path)
  switch ((parts[0] ?? '').toLowerCase()) {
    case 'members':
      applyToMembers(patch, delta, op, filter, value)
      return
    case 'displayname':
      if (op !== 'remove' && typeof value === 'string') patch.displayName = value
      else patch.ignored.push('displayName has a value that is not text')
      return
    case 'externalid':
      patch.externalId = op === 'remove' || typeof value !== 'string' ? null : value
      return
    // Sent along by some, and known already.
    case 'id':
    case 'schemas':
    case 'meta':
      return
    default:
      patch.ignored.push(`the attribute ${parts.join('.').slice(0, 100)}`)
  }
}

function applyToMembers(
  patch: GroupPatch,
  delta: Delta,
  op: PatchOperation['op'],
  filter: Filter | undefined,
  value: unknown,
): void {
  // What is meant is not known, and an empty list would take everybody out.
  if (op !== 'remove' && !filter && value === undefined) throw withoutValue()
  const ids = memberIds(value)
  if (filter) {
    const named = idsOfFilter(filter)
    if (named === undefined) patch.ignored.push('a filter on members by something else than their value')
    else if (op === 'remove') delta.remove(named)
    // "replace members[value eq …]" names who is in, whatever its value says.
    else {
      if (op === 'replace' && !delta.hasAny(named)) patch.targets.push(named)
      delta.add(ids.length > 0 ? ids : named)
    }
    return
  }
  if (op === 'add') delta.add(ids)
  else if (op === 'replace') delta.replace(ids)
  // Without any value, and with an empty list nobody: all of them, or none.
  else if (value === undefined || value === null) delta.replace([])
  else delta.remove(ids)
}

/** `[{ "value": "…" }]`, one of those alone, or plain ids. Whatever is no id is left out. */
export function memberIds(value: unknown): string[] {
  const ids: string[] = []
  for (const item of toList(value)) {
    const id = isObject(item) ? read(item, 'value') : item
    if (typeof id === 'string' && id !== '') ids.push(id)
    else if (typeof id === 'number') ids.push(String(id))
  }
  return ids
}

/** The ids of `value eq "a" or value eq "b"`; undefined where the filter says something else. */
function idsOfFilter(filter: Filter): string[] | undefined {
  if (filter.op === 'eq' && filter.attrPath.toLowerCase() === 'value') {
    return typeof filter.compValue === 'string' ? [filter.compValue] : undefined
  }
  if (filter.op !== 'or') return undefined
  const all = filter.filters.map(idsOfFilter)
  return all.every((ids) => ids !== undefined) ? all.flat() : undefined
}

class Delta {
  #isWhole = false
  #isChanged = false
  readonly #add = new Set<string>()
  readonly #remove = new Set<string>()

  add(ids: readonly string[]): void {
    this.#isChanged = true
    for (const id of ids) {
      this.#add.add(id)
      this.#remove.delete(id)
    }
  }

  remove(ids: readonly string[]): void {
    this.#isChanged = true
    for (const id of ids) {
      this.#add.delete(id)
      this.#remove.add(id)
    }
  }

  /** Whether the request itself has put one of them in before. */
  hasAny(ids: readonly string[]): boolean {
    return ids.some((id) => this.#add.has(id))
  }

  replace(ids: readonly string[]): void {
    this.#isWhole = true
    this.#add.clear()
    this.#remove.clear()
    this.add(ids)
  }

  result(): MembersDelta | undefined {
    if (!this.#isChanged) return undefined
    return { isWhole: this.#isWhole, add: this.#add, remove: this.#remove }
  }
}
