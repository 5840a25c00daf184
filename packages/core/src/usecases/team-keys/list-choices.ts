import type { AppleSession, AppRow, GroupRow } from '@flightroster/app-store-connect'
import type { TeamKey } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import { openSession, type AppleDeps } from './open-session.ts'
import { KEPT_APPS, keptBuilds, keptGroups, type DescribedGroup } from './kept-answers.ts'
import { readKept } from './read-kept.ts'

/** A group that a roster could have, and what is known of it. */
export interface GroupChoice extends DescribedGroup {
  /** The roster that holds the group. */
  roster: string | null
}

/** Apps that the key sees; Apple is asked at most once in a short while. */
export async function listApps(deps: AppleDeps & { store: Store }, teamKey: TeamKey): Promise<AppRow[]> {
  return readKept(deps, teamKey, KEPT_APPS, () => openSession(deps, teamKey).listApps())
}

/** Groups of an app with what helps to choose one. Throws not_found where the key sees no such app. */
export async function listGroups(
  deps: AppleDeps & { store: Store },
  teamKey: TeamKey,
  appId: string,
): Promise<GroupChoice[]> {
  const session = openSession(deps, teamKey)
  const read = async () => {
    const groups = await session.listGroups(appId)
    return mapInPairs(groups, async (group) => ({ ...group, ...(await describeGroup(deps, teamKey, session, group)) }))
  }
  const groups = await readKept(deps, teamKey, keptGroups(appId), read).catch((error: unknown) => {
    if (!isAppError(error, 'apple_not_found')) throw error
    throw new AppError('not_found', { message: `The team key "${teamKey.id}" sees no app "${appId}".`, cause: error })
  })
  // Who holds a group is ours to know, and never old.
  return Promise.all(groups.map(async (group) => ({ ...group, roster: await deps.store.groups.holder(group.id) })))
}

async function describeGroup(
  deps: { store: Store },
  teamKey: TeamKey,
  session: AppleSession,
  { id }: GroupRow,
): Promise<Pick<GroupChoice, 'testers' | 'builds'>> {
  const [testers, builds] = await Promise.all([
    session.countGroupTesters(id),
    readKept(deps, teamKey, keptBuilds(id), () => session.listGroupBuilds(id)),
  ])
  return { testers, builds }
}

/** Two groups at a time: Apple answers 429 to bursts long before a quota is used up. */
async function mapInPairs<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += 2) results.push(...(await Promise.all(items.slice(at, at + 2).map(map))))
  return results
}
