import { randomUUID } from 'node:crypto'
import type { GroupRecord, MailKind } from './records.ts'
import type { TesterRow } from './testers.ts'
import type { World } from './world.ts'

export interface NewTester {
  issuerId: string
  email: string
  firstName?: string | null
  lastName?: string | null
  appIds: readonly string[]
  state?: string | null
  inviteType?: TesterRow['inviteType']
}

export function createTester(world: World, input: NewTester, now: number): TesterRow {
  const row: TesterRow = {
    id: randomUUID(),
    issuerId: input.issuerId,
    email: input.email,
    firstName: input.firstName ?? null,
    lastName: input.lastName ?? null,
    state: input.state === undefined ? 'NOT_INVITED' : input.state,
    inviteType: input.inviteType ?? 'EMAIL',
    devices: null,
    appIds: input.appIds,
    seq: world.nextSeq(),
  }
  world.testers.write({ kind: 'put', row }, now)
  world.onChange()
  return row
}

/** Puts a tester into a group, and mails once if there is something to install. A member already: nothing happens. */
export function joinGroup(world: World, group: GroupRecord, row: TesterRow, kind: MailKind, now: number): void {
  if (world.truth.isMember(group.id, row.id)) return
  const current = world.truth.byId.get(row.id) ?? row
  if (!current.appIds.includes(group.appId)) {
    world.testers.write({ kind: 'put', row: { ...current, appIds: [...current.appIds, group.appId] } }, now)
  }
  world.testers.write({ kind: 'join', groupId: group.id, testerId: row.id, seq: world.nextSeq() }, now)
  world.invitations.joined(row.id, group, kind, now)
  world.onChange()
}

export function leaveGroup(world: World, groupId: string, testerId: string, now: number): void {
  world.testers.write({ kind: 'leave', groupId, testerId }, now)
  world.onChange()
}

/** Takes the app away at once: its groups, its builds, and when no app is left the record itself, or all but a row that says so. */
export function removeFromApp(world: World, appId: string, testerId: string, now: number): void {
  const { truth, testers } = world
  const row = truth.byId.get(testerId)
  if (!row?.appIds.includes(appId)) return
  for (const groupId of truth.groupsOf(testerId).keys()) {
    if (world.groups.get(groupId)?.appId === appId) testers.write({ kind: 'leave', groupId, testerId }, now)
  }
  for (const buildId of truth.buildsOf(testerId).keys()) {
    if (world.builds.get(buildId)?.appId === appId) testers.write({ kind: 'take', buildId, testerId }, now)
  }
  const appIds = row.appIds.filter((id) => id !== appId)
  if (appIds.length === 0 && world.settings.removedRow === 'revoked')
    testers.write({ kind: 'put', row: { ...row, state: 'REVOKED' } }, now)
  else if (appIds.length === 0) testers.write({ kind: 'drop', id: testerId }, now)
  else testers.write({ kind: 'put', row: { ...row, appIds } }, now)
  world.onChange()
}

/** The answer was 202: it happens when it happens. */
export function removeFromAppLater(world: World, appId: string, testerIds: string[], now: number): void {
  const { appRemovalMs } = world.settings
  for (const testerId of testerIds) {
    if (appRemovalMs === 0) removeFromApp(world, appId, testerId, now)
    else world.removals.push({ dueAt: now + appRemovalMs, appId, testerId })
  }
}

/** Carries out whatever has become due since the last call. */
export function tick(world: World, now: number): void {
  world.invitations.tick(now)
  if (world.removals.length === 0) return
  const due = world.removals.filter((removal) => removal.dueAt <= now)
  if (due.length === 0) return
  const rest = world.removals.filter((removal) => removal.dueAt > now)
  world.removals.splice(0, world.removals.length, ...rest)
  for (const { appId, testerId } of due) removeFromApp(world, appId, testerId, now)
}

/** Testers of an app who hold one of its external seats. */
export class Seats {
  readonly #world: World
  constructor(world: World) {
    this.#world = world
  }

  taken(appId: string): number {
    const { apps, groups, truth } = this.#world
    const external = [...(apps.get(appId)?.groups.keys() ?? [])].filter((id) => !groups.get(id)?.isInternalGroup)
    // One group is the usual case, and needs no counting of who is in several.
    if (external.length === 1) return truth.membersOf(external[0] ?? '').size
    const people = new Set<string>()
    for (const id of external) for (const testerId of truth.membersOf(id).keys()) people.add(testerId)
    return people.size
  }

  /** Whether so many newcomers still fit into the group. */
  fit(group: GroupRecord, newcomers: TesterRow[] | number): boolean {
    if (group.isInternalGroup) return true
    const { seatsPerApp } = this.#world.settings
    const count = typeof newcomers === 'number' ? newcomers : newcomers.filter((row) => !this.#has(group, row)).length
    if (count === 0) return true
    return this.#upperBound(group.appId) + count <= seatsPerApp || this.taken(group.appId) + count <= seatsPerApp
  }

  /** Cheap: enough to say "fits" without counting people. */
  #upperBound(appId: string): number {
    let sum = 0
    for (const id of this.#world.apps.get(appId)?.groups.keys() ?? []) sum += this.#world.truth.membersOf(id).size
    return sum
  }

  #has(group: GroupRecord, row: TesterRow): boolean {
    for (const id of this.#world.truth.groupsOf(row.id).keys()) {
      const other = this.#world.groups.get(id)
      if (other && other.appId === group.appId && !other.isInternalGroup) return true
    }
    return false
  }
}
