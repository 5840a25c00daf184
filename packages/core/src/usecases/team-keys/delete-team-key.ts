import type { TeamKey } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

/** Throws not_found, or team_key_in_use while a roster uses it. */
export async function deleteTeamKey(deps: { store: Store }, id: string): Promise<void> {
  const { teamKeys } = deps.store
  const teamKey = await teamKeys.find(id)
  await assertUnused(deps, id)
  const notFound = new AppError('not_found', { message: `There is no team key "${id}".` })
  if (!teamKey) throw notFound
  let deleted = teamKey
  const isThis = (newest: TeamKey) => (deleted = newest).createdAt === teamKey.createdAt
  if (!(await teamKeys.deleteIf(id, isThis))) throw notFound
  // Whoever makes a roster with it, or moves one to it, looks whether it is there once their roster says so; here, the other way round.
  await assertUnused(deps, id).catch(async (error: unknown) => {
    await teamKeys.insert(deleted)
    throw error
  })
  await deps.store.lane(id).forget(deleted.updatedAt)
}

async function assertUnused({ store }: { store: Store }, id: string): Promise<void> {
  const users = (await store.rosters.list()).filter(
    ({ teamKey, moving }) => teamKey === id || moving?.from === id || moving?.to === id,
  )
  if (users.length === 0) return
  const names = users.slice(0, 5).map((roster) => `"${roster.id}"`)
  throw new AppError('team_key_in_use', {
    message: `Rosters use this team key: ${names.join(', ')}${users.length > names.length ? ', …' : ''}.`,
    details: { rosters: users.map((roster) => roster.id) },
  })
}
