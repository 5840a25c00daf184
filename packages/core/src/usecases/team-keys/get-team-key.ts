import type { TeamKey } from '../../domain/roster.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

/** `code`: team_key_not_found where a body names the key, not_found where the path does. */
export async function getTeamKey(
  deps: { store: Store },
  id: string,
  code: Extract<ErrorCode, 'not_found' | 'team_key_not_found'> = 'not_found',
): Promise<TeamKey> {
  const teamKey = await deps.store.teamKeys.find(id)
  if (!teamKey) throw new AppError(code, { message: `There is no team key "${id}".`, details: { teamKey: id } })
  return teamKey
}
