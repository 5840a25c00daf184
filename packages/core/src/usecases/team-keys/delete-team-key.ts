import { AppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

/** Throws not_found, or team_key_in_use while a roster uses it. */
export async function deleteTeamKey(deps: { store: Store }, id: string): Promise<void> {
  const users = (await deps.store.rosters.list()).filter((roster) => roster.teamKey === id)
  if (users.length > 0) {
    const names = users.slice(0, 5).map((roster) => `"${roster.id}"`)
    throw new AppError('team_key_in_use', {
      message: `Rosters use this team key: ${names.join(', ')}${users.length > names.length ? ', …' : ''}.`,
      details: { rosters: users.map((roster) => roster.id) },
    })
  }
  if (!(await deps.store.teamKeys.delete(id)))
    throw new AppError('not_found', { message: `There is no team key "${id}".` })
  await deps.store.lane(id).forget()
}
