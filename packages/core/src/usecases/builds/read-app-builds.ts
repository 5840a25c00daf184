import type { AppleSession } from '@flightroster/app-store-connect'
import type { Build } from '../../domain/build.ts'

export interface AppBuilds {
  /** Every build that has not expired. */
  builds: Build[]
  /** Group id → builds that it has. */
  ofGroup: (groupId: string) => Build[]
  /** False where Apple's listing may lack a build: then nothing may be concluded from a missing one. */
  complete: boolean
}

/** One call a page for all groups of an app; where Apple does not name a build's groups, one more for each group. */
export async function readAppBuilds(session: AppleSession, appId: string, groupIds: string[]): Promise<AppBuilds> {
  const { builds, complete } = await session.listLiveBuilds(appId)
  if (builds.every((build) => build.groupIds !== null)) {
    return { builds, complete, ofGroup: (id) => builds.filter((build) => build.groupIds?.includes(id)) }
  }
  const ofGroup = new Map<string, Build[]>()
  for (const id of groupIds) ofGroup.set(id, await session.listGroupBuilds(id))
  return { builds, complete, ofGroup: (id) => ofGroup.get(id) ?? [] }
}
