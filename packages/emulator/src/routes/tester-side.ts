import { cannotBeAssigned, notFound } from '../errors.ts'
import { joinGroup, leaveGroup, removeFromAppLater, Seats } from '../membership.ts'
import { done } from '../operation.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import type { BuildRecord, GroupRecord, MailKind } from '../records.ts'
import { checkChunk, notMember, seatsFull } from '../refusals.ts'
import { findBuild, findGroup } from '../resources.ts'
import type { TesterRow } from '../testers.ts'
import { pathRow } from './related.ts'
import { isAssignable } from './tester-lists.ts'

/** Writes go by the truth, however far reads lag. */
function testerOf(call: Call): TesterRow {
  return pathRow<TesterRow>({ ...call, testers: call.world.truth }, 'betaTesters')
}

function groupsNamed(call: Call): GroupRecord[] {
  checkChunk(call.settings, call.body.ids.length)
  return call.body.ids.flatMap((id) => {
    const group = findGroup(id, call)
    if (!group && call.settings.unknownGroupOfTester === 'refused') throw notFound('betaGroups', id)
    return group ?? []
  })
}

function addGroups(call: Call): Answer {
  const row = testerOf(call)
  const groups = groupsNamed(call)
  const { world, settings, now } = call
  const again = groups.some((group) => world.truth.isMember(group.id, row.id))
  if ((again && settings.addMemberAgain === 409) || groups.some((group) => !isAssignable(call, group, row))) {
    throw cannotBeAssigned()
  }
  if (row.state === 'REVOKED' && settings.revokedAdd === 'ignored') return done
  if (groups.some((group) => !new Seats(world).fit(group, [row]))) throw seatsFull(settings)
  for (const group of groups) joinGroup(world, group, row, 'add', now)
  return done
}

function removeGroups(call: Call): Answer {
  const row = testerOf(call)
  const groups = groupsNamed(call)
  if (groups.some((group) => !call.world.truth.isMember(group.id, row.id))) notMember(call.settings, row.id)
  for (const group of groups) leaveGroup(call.world, group.id, row.id, call.now)
  return done
}

function removeApps(call: Call): Answer {
  const row = testerOf(call)
  if (call.body.ids.some((id) => !row.appIds.includes(id))) notMember(call.settings, row.id)
  for (const appId of call.body.ids) removeFromAppLater(call.world, appId, [row.id], call.now)
  return { status: 202 }
}

function buildsNamed(call: Call, row: TesterRow): BuildRecord[] {
  checkChunk(call.settings, call.body.ids.length)
  return call.body.ids.map((id) => {
    const build = findBuild(id, call)
    if (!build) throw notFound('builds', id)
    if (row.appIds.length > 0 && !row.appIds.includes(build.appId)) throw cannotBeAssigned()
    return build
  })
}

/** Gives one build to one person; the mail goes out if it can be installed. */
export function giveBuild(call: Call, build: BuildRecord, row: TesterRow, kind: MailKind): void {
  const { world, now } = call
  const current = world.truth.byId.get(row.id) ?? row
  if (!current.appIds.includes(build.appId)) {
    world.testers.write({ kind: 'put', row: { ...current, appIds: [...current.appIds, build.appId] } }, now)
  }
  world.testers.write({ kind: 'give', buildId: build.id, testerId: row.id, seq: world.nextSeq() }, now)
  const after = world.truth.byId.get(row.id)
  if (after?.state === 'NOT_INVITED' && world.invitations.canInstall(after, build.appId, now)) {
    world.invitations.send(after, build.appId, kind, now)
  }
  world.onChange()
}

function addBuilds(call: Call): Answer {
  const row = testerOf(call)
  for (const build of buildsNamed(call, row)) giveBuild(call, build, row, 'add')
  return done
}

function removeBuilds(call: Call): Answer {
  const row = testerOf(call)
  for (const build of buildsNamed(call, row)) {
    call.world.testers.write({ kind: 'take', buildId: build.id, testerId: row.id }, call.now)
  }
  return done
}

function testersNamed(call: Call, build: BuildRecord): TesterRow[] {
  checkChunk(call.settings, call.body.ids.length)
  return call.body.ids.map((id) => {
    const row = call.world.truth.byId.get(id)
    if (!row || row.issuerId !== call.issuerId || !row.appIds.includes(build.appId)) throw cannotBeAssigned()
    return row
  })
}

function addIndividuals(call: Call): Answer {
  const build = pathRow<BuildRecord>(call, 'builds')
  for (const row of testersNamed(call, build)) giveBuild(call, build, row, 'add')
  return done
}

function removeIndividuals(call: Call): Answer {
  const build = pathRow<BuildRecord>(call, 'builds')
  for (const row of testersNamed(call, build)) {
    call.world.testers.write({ kind: 'take', buildId: build.id, testerId: row.id }, call.now)
  }
  return done
}

const groups = { kind: 'linkage', type: 'betaGroups' } as const
const builds = { kind: 'linkage', type: 'builds' } as const
const testers = { kind: 'linkage', type: 'betaTesters' } as const
const at = (name: string): string => `/v1/betaTesters/{id}/relationships/${name}`
const individualsPath = '/v1/builds/{id}/relationships/individualTesters'

export const testerSideOperations: Operation[] = [
  { method: 'POST', path: at('betaGroups'), body: groups, handle: addGroups },
  { method: 'DELETE', path: at('betaGroups'), body: groups, handle: removeGroups },
  { method: 'DELETE', path: at('apps'), body: { kind: 'linkage', type: 'apps' }, handle: removeApps },
  { method: 'POST', path: at('builds'), body: builds, handle: addBuilds },
  { method: 'DELETE', path: at('builds'), body: builds, handle: removeBuilds },
  { method: 'POST', path: individualsPath, body: testers, handle: addIndividuals },
  { method: 'DELETE', path: individualsPath, body: testers, handle: removeIndividuals },
]
