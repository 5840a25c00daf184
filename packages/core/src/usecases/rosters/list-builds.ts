import type { BuildRow } from '@flightroster/app-store-connect'
import { buildState, isTestable, type BuildState } from '../../domain/build.ts'
import type { Clock } from '../../domain/clock.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import { getTeamKey, keptBuilds, openSession, readKept, type AppleDeps } from '../team-keys/index.ts'
import { getRoster } from '../get-roster.ts'

/** A build of a roster's app, how far it is, and whether testers can use it. */
export type ListedBuild = BuildRow & { state: BuildState; usable: boolean }

/** The builds of the roster's group, as Apple had them at most a minute ago, newest first. */
export async function listBuilds(
  deps: AppleDeps & { store: Store; clock: Clock },
  rosterId: string,
): Promise<ListedBuild[]> {
  const roster = await getRoster(deps, rosterId)
  const teamKey = await getTeamKey(deps, roster.teamKey, 'team_key_not_found')
  const read = () => openSession(deps, teamKey).listGroupBuilds(roster.group.id)
  const builds = await readKept(deps, teamKey, keptBuilds(roster.group.id), read).catch((error: unknown) => {
    if (!isAppError(error, 'apple_not_found')) throw error
    throw new AppError('group_gone', {
      message: `The group of the roster "${rosterId}" no longer exists.`,
      cause: error,
    })
  })
  const now = deps.clock.now()
  return builds.map((build) => ({ ...build, state: buildState(build, now), usable: isTestable(build, now) }))
}
