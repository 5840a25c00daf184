import { scimNameKey } from '../../domain/scim.ts'
import { findGroups } from './bindings.ts'
import { listDirectories, type OpenDirectory, type ScimDeps } from './directory.ts'
import { touchMembers } from './groups.ts'
import { settleUsers } from './settle.ts'

/**
 * Carries out a change of a roster's settings (`put`) that names this SCIM group from now on, and tells the roster of its people at
 * once. Noted first, so that it is finished whoever dies.
 */
export async function bindScimGroup<T>(
  deps: ScimDeps,
  rosterId: string,
  name: string | null,
  put: () => Promise<T>,
): Promise<T> {
  const before = await deps.store.rosters.find(rosterId)
  const former = before?.scimGroup ?? null
  const isSame = former === name && !(name !== null && before?.scimGroupOfBound)
  if (isSame) return put()
  const names = [former, name].filter((one) => one !== null)
  const bindings = deps.store.scimBindings
  await bindings.beginRebinding(rosterId, names, deps.clock.now())
  if (name !== null) await bindings.add(rosterId, name)
  try {
    return await put()
  } finally {
    await finishRebinding(deps, rosterId, names)
  }
}

/** Everybody in a group that the roster names, or named before, is looked at. */
export async function finishRebinding(deps: ScimDeps, rosterId: string, names: readonly string[]): Promise<void> {
  const bindings = deps.store.scimBindings
  const current = (await deps.store.rosters.find(rosterId))?.scimGroup ?? null
  if (current !== null) await bindings.add(rosterId, current)
  for (const name of names) {
    if (current === null || scimNameKey(name) !== scimNameKey(current)) await bindings.drop(rosterId, name)
  }
  for (const directory of await listDirectories(deps)) {
    await settleUsers(deps, directory, touchNamed(directory, names), { isWhole: true, isMany: true })
  }
  await bindings.endRebinding(rosterId)
}

async function* touchNamed(directory: OpenDirectory, names: readonly string[]): AsyncGenerator<string[], void> {
  const groups = new Set<string>()
  for (const name of names) for (const { id } of await findGroups(directory, name)) groups.add(id)
  for (const id of groups) yield* touchMembers(directory, id)
}
