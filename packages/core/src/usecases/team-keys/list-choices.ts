import type { AppleSession, AppRow, BuildRow, GroupRow } from '../../apple/index.ts'
import type { TeamKey } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import { openSession, type AppleDeps } from './open-session.ts'

export interface GroupChoice extends GroupRow {
  testers: number | null
  builds: BuildRow[]
  /** The roster that holds the group. */
  roster: string | null
}

export async function listApps(deps: AppleDeps, teamKey: TeamKey): Promise<AppRow[]> {
  return openSession(deps, teamKey).listApps()
}

/** Groups of an app with what helps to choose one. Throws not_found where the key sees no such app. */
export async function listGroups(
  deps: AppleDeps & { store: Store },
  teamKey: TeamKey,
  appId: string,
): Promise<GroupChoice[]> {
  const session = openSession(deps, teamKey)
  const groups = await session.listGroups(appId).catch((error: unknown) => {
    if (!isAppError(error, 'apple_not_found')) throw error
    throw new AppError('not_found', { message: `The team key "${teamKey.id}" sees no app "${appId}".`, cause: error })
  })
  return mapInPairs(groups, (group) => describeGroup(deps.store, session, group))
}

async function describeGroup(store: Store, session: AppleSession, group: GroupRow): Promise<GroupChoice> {
  const [testers, builds, roster] = await Promise.all([
    session.countGroupTesters(group.id),
    session.listGroupBuilds(group.id),
    store.groupHolder(group.id),
  ])
  return { ...group, testers, builds, roster }
}

/** Two groups at a time: Apple answers 429 to bursts long before a quota is used up. */
async function mapInPairs<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += 2) results.push(...(await Promise.all(items.slice(at, at + 2).map(map))))
  return results
}
