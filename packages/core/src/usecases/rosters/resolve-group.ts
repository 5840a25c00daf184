import type { AppleSession, AppRow, GroupRow } from '@flightroster/app-store-connect'
import { AppError, isAppError } from '../../errors.ts'
import type { RosterInput } from './roster-input.ts'

/** Throws app_not_found. */
export async function resolveApp(session: AppleSession, wanted: RosterInput['app'], teamKey: string): Promise<AppRow> {
  const [app] = await session.findApps(wanted)
  if (app) return app
  const name = 'id' in wanted ? `id ${wanted.id}` : `bundle id ${wanted.bundleId}`
  throw new AppError('app_not_found', { message: `The team key "${teamKey}" sees no app with the ${name}.` })
}

/**
 * The external group that is meant, made where that is asked for and it does not exist. Whether another roster holds it is
 * for the caller to find out. Throws group_not_found, group_ambiguous, group_internal, group_refused.
 */
export async function resolveGroup(
  session: AppleSession,
  app: AppRow,
  wanted: RosterInput['group'],
): Promise<{ group: GroupRow; created: boolean }> {
  if ('id' in wanted) return { group: external(await findById(session, app, wanted.id)), created: false }
  const groups = await session.listGroups(app.id)
  const found = findByName(groups, wanted.name)
  if (found) return { group: external(found), created: false }
  if (!wanted.create) {
    throw new AppError('group_not_found', { message: `The app ${app.bundleId} has no group "${wanted.name}".` })
  }
  return { group: await createGroup(session, app, wanted.name, groups), created: true }
}

async function findById(session: AppleSession, app: AppRow, id: string): Promise<GroupRow> {
  const notFound = (cause?: unknown) =>
    new AppError('group_not_found', { message: `The app ${app.bundleId} has no group with the id ${id}.`, cause })
  const group = await session.getGroup(id).catch((error: unknown) => {
    throw isAppError(error, 'apple_not_found', 'apple_request_invalid') ? notFound(error) : error
  })
  if (group.appId !== null) {
    if (group.appId !== app.id) throw notFound()
    return group
  }
  // Apple left the relationship out: the app's own list tells.
  const listed = (await session.listGroups(app.id)).find((candidate) => candidate.id === id)
  if (!listed) throw notFound()
  return listed
}

function findByName(groups: readonly GroupRow[], name: string): GroupRow | undefined {
  const found = groups.filter((group) => group.name === name)
  if (found.length > 1) {
    const ids = found.map((group) => group.id).join(', ')
    throw new AppError('group_ambiguous', { message: `${found.length} groups are named "${name}": ${ids}.` })
  }
  return found[0]
}

function external(group: GroupRow): GroupRow {
  if (!group.isInternal) return group
  throw new AppError('group_internal', {
    message: `"${group.name}" is an internal group, which only people of the team can join.`,
  })
}

async function createGroup(
  session: AppleSession,
  app: AppRow,
  name: string,
  groups: readonly GroupRow[],
): Promise<GroupRow> {
  try {
    return await session.createGroup({ appId: app.id, name })
  } catch (error) {
    if (isAppError(error, 'apple_unreachable', 'apple_unavailable', 'apple_answer_unreadable')) {
      // The answer was lost, the group may be there: success is read.
      const made = findByName(await session.listGroups(app.id), name)
      if (made) return external(made)
      throw error
    }
    if (!isAppError(error, 'apple_refused', 'apple_request_invalid', 'key_forbidden', 'apple_not_found')) throw error
    throw new AppError('group_refused', { message: likelyReason(error, name, groups), cause: error })
  }
}

/** Apple seldom says why; what is missing can be seen from here. */
function likelyReason(error: AppError, name: string, groups: readonly GroupRow[]): string {
  const head = `App Store Connect would not create the group "${name}"`
  const said = typeof error.details['appleDetail'] === 'string' ? ` Apple's words: ${error.details['appleDetail']}` : ''
  if (!groups.some((group) => group.isInternal)) {
    return `${head}: most likely because the app has no internal group yet, and one must exist before the first external one.${said}`
  }
  if (error.code === 'key_forbidden') return `${head}: most likely because the role of the team key is too weak.${said}`
  return `${head}.${said}`
}
