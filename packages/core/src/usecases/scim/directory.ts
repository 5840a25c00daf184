import { createHash } from 'node:crypto'
import type { ScimDirectory } from '../../domain/scim.ts'
import { AppError } from '../../errors.ts'
import type { ScimDirectoryStore } from '../../store/index.ts'
import type { IntakeDeps } from '../intake/index.ts'

export type ScimDeps = IntakeDeps

/** One directory, as a request works with it. */
export interface OpenDirectory extends ScimDirectory {
  store: ScimDirectoryStore
}

const UNBOUND = 'all'

/**
 * The directory of the tokens that reach these rosters (null: all). It hangs on the reach and not on the token, so that a token can
 * be replaced; and whoever reaches other rosters sees none of its users.
 */
export function directoryOf(deps: Pick<ScimDeps, 'store'>, rosters: readonly string[] | null): OpenDirectory {
  const sorted = rosters && [...new Set(rosters)].sort()
  const id =
    sorted === null ? UNBOUND : `b-${createHash('sha256').update(sorted.join('\0')).digest('hex').slice(0, 24)}`
  return { id, rosters: sorted, store: deps.store.scimDirectory(id) }
}

/** A token that is bound to rosters fills no store with what it brings. Throws limit_reached. */
export async function assertRoom(
  { rosters }: OpenDirectory,
  records: { total(): Promise<number> },
  most: number,
): Promise<void> {
  if (rosters === null || (await records.total()) < most) return
  throw new AppError('limit_reached', {
    message: `A token that is bound to rosters brings at most ${most.toLocaleString('en-US')} of these here.`,
  })
}

/** Enters a directory into the register, before anything is kept in it. */
export async function registerDirectory(deps: Pick<ScimDeps, 'store'>, directory: OpenDirectory): Promise<void> {
  const directories = deps.store.scimDirectories
  if (await directories.find(directory.id)) return
  await directories.insert({ id: directory.id, rosters: directory.rosters })
}

/** All directories, each with its users and groups. */
export async function listDirectories(deps: Pick<ScimDeps, 'store'>): Promise<OpenDirectory[]> {
  const found = await deps.store.scimDirectories.list()
  return found.map(({ id, rosters }) => ({ id, rosters, store: deps.store.scimDirectory(id) }))
}
