import { entityError, stateError } from '../errors.ts'
import { createTester, joinGroup, Seats } from '../membership.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import type { BuildRecord, GroupRecord } from '../records.ts'
import { checkChunk, malformedEmail, seatsFull, unknownRelated } from '../refusals.ts'
import { findBuild, findGroup } from '../resources.ts'
import { single } from '../serialize.ts'
import type { TesterRow } from '../testers.ts'
import { giveBuild } from './tester-side.ts'
import { enter } from './tester-lists.ts'

interface TesterAttributes {
  email: string
  firstName?: string | null
  lastName?: string | null
}

export const createOperation: Operation = {
  method: 'POST',
  path: '/v1/betaTesters',
  body: {
    kind: 'entity',
    type: 'betaTesters',
    attributes: {
      firstName: { type: 'string', nullable: true },
      lastName: { type: 'string', nullable: true },
      email: { type: 'string', required: true },
    },
    relationships: { betaGroups: { type: 'betaGroups', many: true }, builds: { type: 'builds', many: true } },
  },
  handle: create,
}

function create(call: Call): Answer {
  const { email } = call.body.attributes as unknown as TesterAttributes
  if (!isEmail(email)) throw malformedEmail(call.settings, email)
  const { groups, builds, appId } = targets(call)
  const existing = findExisting(call, email, appId)
  if (existing && isLeftOver(call, existing)) call.world.testers.write({ kind: 'drop', id: existing.id }, call.now)
  else if (existing) return again(call, existing, groups)
  for (const group of groups) {
    if (!new Seats(call.world).fit(group, 1)) throw seatsFull(call.settings)
    if (group.isInternalGroup && !call.world.isTeamUser(call.issuerId, email)) {
      throw stateError('Tester(s) cannot be assigned')
    }
  }
  const { firstName = null, lastName = null } = call.body.attributes as unknown as TesterAttributes
  const shared = call.settings.recordScope === 'team' ? call.world.truth.findInTeam(call.issuerId, email)[0] : undefined
  if (shared && call.settings.createShared === 409) throw alreadyExists()
  const appIds = appId === undefined ? [] : [appId]
  const row =
    shared ?? createTester(call.world, { issuerId: call.issuerId, email, firstName, lastName, appIds }, call.now)
  for (const group of groups) joinGroup(call.world, group, row, 'create', call.now)
  for (const build of builds) giveBuild(call, build, row, 'create')
  return { status: 201, body: document(call, row.id, row) }
}

/** The new tester as it is now: the answer to a write shows the truth, however far reads lag. */
function document(call: Call, id: string, fallback: TesterRow): object {
  const { truth } = call.world
  return single('betaTesters', truth.byId.get(id) ?? fallback, { ...call, testers: truth })
}

/** Groups and builds of the request: one kind only, and all of one app. */
function targets(call: Call): { groups: GroupRecord[]; builds: BuildRecord[]; appId: string | undefined } {
  const groupIds = call.body.relationships.betaGroups?.map(({ id }) => id) ?? []
  const buildIds = call.body.relationships.builds?.map(({ id }) => id) ?? []
  checkChunk(call.settings, Math.max(groupIds.length, buildIds.length))
  if (groupIds.length > 0 && buildIds.length > 0) {
    const detail = 'Beta tester can only be created with one of the relationships betaGroups and builds'
    throw entityError('RELATIONSHIP.INVALID', '/data/relationships/builds', detail)
  }
  const groups = groupIds.map((id) => {
    const group = findGroup(id, call)
    if (!group) throw unknownRelated('betaGroups', 'betaGroups', id)
    return group
  })
  const builds = buildIds.map((id) => {
    const build = findBuild(id, call)
    if (!build) throw unknownRelated('builds', 'builds', id)
    return build
  })
  const appIds = new Set([...groups, ...builds].map(({ appId }) => appId))
  if (appIds.size > 1) {
    throw entityError('RELATIONSHIP.INVALID', '/data/relationships', 'All of them must belong to one app')
  }
  return { groups, builds, appId: [...appIds][0] }
}

function findExisting(call: Call, email: string, appId: string | undefined): TesterRow | undefined {
  const { truth } = call.world
  if (appId !== undefined) return truth.findInApp(appId, email)
  return truth.findInTeam(call.issuerId, email).find((row) => row.appIds.length === 0)
}

/** The row of somebody who was removed from the app. */
function isLeftOver({ settings, world }: Call, { id, state }: TesterRow): boolean {
  return settings.removedRow === 'revoked' && state === 'REVOKED' && world.truth.groupsOf(id).size === 0
}

/** Apple's code for this is not public, and says nothing of the address. */
function again(call: Call, existing: TesterRow, groups: GroupRecord[]): Answer {
  if (call.settings.createExisting === 409) {
    throw alreadyExists()
  }
  for (const group of groups) enter(call, group, existing)
  return { status: 201, body: document(call, existing.id, existing) }
}

const alreadyExists = () =>
  stateError('A beta tester with this information already exists and cannot be created again.')

const isEmail = (text: string): boolean =>
  text.length <= 254 && /^[^\s@,;:<>()[\]\\"]+@[^\s@,;:<>()[\]\\"]+\.[^\s@,;:<>()[\]\\".]+$/.test(text)
