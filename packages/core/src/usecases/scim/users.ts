import { randomUUID } from 'node:crypto'
import type { ScimProfile, ScimUser } from '../../domain/scim.ts'
import { assertRoom, registerDirectory, type OpenDirectory, type ScimDeps } from './directory.ts'
import { settleUsers } from './settle.ts'

/** A user as a provider's request says. */
export interface ScimUserDraft {
  userName: string
  externalId: string | null
  active: boolean
  profile: ScimProfile
  resource: Record<string, unknown>
}

/** 'taken': another user of the directory has the user name. Throws limit_reached. */
export async function createScimUser(
  deps: ScimDeps,
  directory: OpenDirectory,
  draft: ScimUserDraft,
): Promise<ScimUser | 'taken'> {
  // Nobody can be on more than each of its rosters, and a roster has so many at most.
  const most = (deps.rosterLimit ?? Number.POSITIVE_INFINITY) * (directory.rosters?.length ?? Number.POSITIVE_INFINITY)
  await assertRoom(directory, directory.store.users, most)
  await registerDirectory(deps, directory)
  const now = deps.clock.now()
  const user: ScimUser = { v: 1, id: randomUUID(), ...draft, createdAt: now, updatedAt: now }
  return (await directory.store.users.insert(user)) ? user : 'taken'
}

/** `change` may be called more than once. What changed of a user is told to every roster of theirs. */
export async function changeScimUser(
  deps: ScimDeps,
  directory: OpenDirectory,
  id: string,
  change: (user: ScimUser) => ScimUserDraft | Promise<ScimUserDraft>,
  traceparent?: string,
): Promise<ScimUser | 'missing' | 'taken'> {
  let isTold = false
  const result = await directory.store.users.update(id, async (user) => {
    const changed: ScimUser = { ...user, ...(await change(user)), updatedAt: deps.clock.now() }
    const isSame = contentOf(user) === contentOf(changed)
    isTold = user.active !== changed.active || !isSameProfile(user.profile, changed.profile)
    return isSame ? undefined : { record: changed, isTold }
  })
  if (typeof result === 'string') return result
  if (isTold) await settleUsers(deps, directory, [[id]], { isWhole: false, traceparent })
  return result.after
}

const contentOf = ({ userName, externalId, active, profile, resource }: ScimUserDraft) =>
  JSON.stringify([userName, externalId, active, profile.email, profile.firstName, profile.lastName, resource])

const isSameProfile = (a: ScimProfile, b: ScimProfile) =>
  a.email === b.email && a.firstName === b.firstName && a.lastName === b.lastName

/** Leaves every roster and group, and is forgotten. False where there is none. */
export async function deleteScimUser(
  deps: ScimDeps,
  directory: OpenDirectory,
  id: string,
  traceparent?: string,
): Promise<boolean> {
  if (!(await directory.store.users.delete(id))) return false
  await settleUsers(deps, directory, [[id]], { isWhole: false, traceparent })
  return true
}
