import { isDeepStrictEqual } from 'node:util'
import type { AppleSession } from '@flightroster/app-store-connect'
import { groupFindings } from '../../domain/build.ts'
import { judgeSupply } from '../../domain/build-supply.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Roster, RosterPolicies, TeamKey } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { planRosterTasks } from '../schedule/plan-roster-tasks.ts'
import { countSeats } from '../seats/count-seats.ts'
import { wakeLine } from '../seats/shares.ts'
import {
  forgetKept,
  getTeamKey,
  keptBuilds,
  keptGroups,
  openSession,
  readKept,
  type AppleDeps,
} from '../team-keys/index.ts'
import { deleteRoster } from './delete-roster.ts'
import { moveRoster, withoutLists } from './move-roster.ts'
import { resolveApp, resolveGroup } from './resolve-group.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { assertSettled } from '../assert-settled.ts'
import type { RosterInput } from './roster-input.ts'

export interface PutRosterDeps extends AppleDeps {
  store: Store
  clock: Clock
  log: Log
  toRef: ToRef
}

/**
 * Creates a roster, or changes the rules of one; app and group are resolved through Apple, and cannot be changed later.
 * Throws team_key_not_found, app_not_found, group_not_found, group_ambiguous, group_internal, group_refused, group_in_use,
 * roster_bound, conflict; and scope_missing where only the `rules` of a roster may be changed.
 */
export async function putRoster(
  deps: PutRosterDeps,
  input: RosterInput,
  mayOnly?: 'rules',
  assertSeen?: AssertSeen<Roster>,
): Promise<{ created: boolean; roster: Roster }> {
  if (mayOnly === 'rules') await refuseMoreThanRules(deps, input)
  const teamKey = await getTeamKey(deps, input.teamKey, 'team_key_not_found')
  const existing = await deps.store.rosters.find(input.id)
  const roster = existing
    ? await changeRoster(deps, teamKey, existing, input, { mayOnly, assertSeen })
    : await createRoster(deps, teamKey, input)
  await countFirst(deps, teamKey, roster)
  // Others are next by now, perhaps, or have room.
  if (existing && !isDeepStrictEqual(existing.seats, roster.seats)) await wakeLine(deps, roster)
  // A death right before this is made good by the sweep.
  await planRosterTasks(deps, roster)
  return { created: existing === undefined, roster }
}

async function createRoster(deps: PutRosterDeps, teamKey: TeamKey, input: RosterInput): Promise<Roster> {
  const session = openSession(deps, teamKey)
  const app = await resolveApp(session, input.app, teamKey.id)
  const { group, created } = await resolveGroup(session, app, input.group)
  if (created) await forgetKept(deps, teamKey, keptGroups(app.id))
  await refuseHeldGroup(deps, group.id, input.id)
  // What the builds are like stops no roster: the build watch finds it out too.
  const found = await readWarnings(deps, teamKey, session, group.id).catch((error: unknown) => {
    if (!isAppError(error)) throw error
    deps.log.info({ roster: input.id, err: error }, 'roster.warnings_not_read')
    return { warnings: [] }
  })
  const now = deps.clock.now()
  const roster: Roster = {
    v: 1,
    ...policiesOf(input),
    id: input.id,
    teamKey: teamKey.id,
    app: { id: app.id, bundleId: app.bundleId, name: app.name },
    group: { id: group.id, name: group.name },
    paused: false,
    blocked: null,
    ...found,
    createdAt: now,
    updatedAt: now,
  }
  // Nothing slow may stand between the claim and the record: a claim without its roster keeps the group from all others.
  if (!(await deps.store.groups.claim(roster))) await refuseHeldGroup(deps, group.id, input.id)
  if (await insertRoster(deps.store, roster)) return assertKept(deps, roster)
  const winner = await deps.store.rosters.find(input.id)
  if (winner?.group.id !== group.id) await deps.store.groups.release(group.id, input.id)
  if (winner?.teamKey !== teamKey.id || winner.deleting) await deps.store.lane(teamKey.id).roster(roster.id).leaveLane()
  throw new AppError('conflict', { message: `Another request is creating the roster "${input.id}" right now.` })
}

/**
 * A team key may be deleted while its first roster is made: whoever deletes it looks for rosters once it is gone. And a claim whose roster was
 * not recorded yet may have been taken over.
 */
async function assertKept(deps: PutRosterDeps, roster: Roster): Promise<Roster> {
  const hasKey = (await deps.store.teamKeys.find(roster.teamKey)) !== undefined
  if (hasKey && (await deps.store.groups.holder(roster.group.id)) === roster.id) return roster
  await deleteRoster(deps, { id: roster.id, testers: 'keep' })
  if (!hasKey) throw new AppError('team_key_not_found')
  await refuseHeldGroup(deps, roster.group.id, roster.id)
  throw new AppError('conflict', { message: 'Another request is creating a roster of this group right now.' })
}

/**
 * Records a roster whose group was claimed; false where another one of its id is there.
 *
 * @internal Its tests come between the claim and the record.
 */
export async function insertRoster(store: Store, roster: Roster): Promise<boolean> {
  const inLane = store.lane(roster.teamKey).roster(roster.id)
  await inLane.enterLane()
  await store.joinApp(roster.app.id, roster.id)
  if (!(await store.rosters.insert(roster))) return false
  await inLane.noteBirth(roster.createdAt)
  await store.enterRegisters(roster)
  return true
}

async function changeRoster(
  deps: PutRosterDeps,
  teamKey: TeamKey,
  existing: Roster,
  input: RosterInput,
  { mayOnly, assertSeen }: { mayOnly: 'rules' | undefined; assertSeen: AssertSeen<Roster> | undefined },
): Promise<Roster> {
  // Before anything moves, and once more in the step that changes it.
  assertSeen?.(existing)
  refuseUnsettled(existing, teamKey.id)
  const session = openSession(deps, teamKey)
  const isSame = teamKey.id === existing.teamKey && namesSame(existing, input)
  if (!isSame) await refuseOthers(session, teamKey.id, existing, input)
  const found = await readWarnings(deps, teamKey, session, existing.group.id).catch((error: unknown) => {
    // The rules of a roster can be changed while Apple is away.
    if (!isSame) throw error
    deps.log.info({ roster: existing.id, err: error }, 'roster.warnings_not_read')
    return { warnings: existing.warnings }
  })
  if (teamKey.id !== existing.teamKey || existing.moving) {
    await withoutLists(deps, existing, () => moveRoster(deps, existing, teamKey.id))
  }
  const change = (current: Roster): Roster => {
    assertSettled(current)
    assertSeen?.(current)
    const { scimGroupOfBound, ...roster } = current
    return {
      ...roster,
      ...policiesOf(input),
      ...(isNamedByBound({ ...roster, scimGroupOfBound }, input, mayOnly) ? { scimGroupOfBound: true } : {}),
      ...found,
      updatedAt: deps.clock.now(),
    }
  }
  const changed = await deps.store.rosters.update(existing.id, change)
  if (!changed) throw new AppError('conflict', { message: `The roster "${existing.id}" was deleted meanwhile.` })
  return changed
}

/** A group that somebody else named stays as it was named, whoever repeats it among the other rules. */
function isNamedByBound(
  { scimGroup, scimGroupOfBound = false }: { scimGroup: string | null; scimGroupOfBound: boolean | undefined },
  input: RosterInput,
  mayOnly: 'rules' | undefined,
): boolean {
  if (input.scimGroup === null || mayOnly === undefined) return false
  return scimGroup === input.scimGroup ? scimGroupOfBound : true
}

/**
 * Judged by what is recorded alone, so that neither an answer nor Apple tells which team keys, apps and groups there are besides.
 */
async function refuseMoreThanRules({ store }: PutRosterDeps, input: RosterInput): Promise<void> {
  const existing = await store.rosters.find(input.id)
  const refused = (what: string) =>
    new AppError('scope_missing', { message: `The token is bound to rosters: it can't ${what}.` })
  if (!existing) throw refused('create one')
  if (existing.teamKey !== input.teamKey) throw refused('give a roster another team key')
  if (!namesSame(existing, input)) throw boundTo(existing)
  // What it takes, the app's other rosters lose.
  const { reserve, priority } = input.seats
  if (reserve > existing.seats.reserve) throw refused('keep more seats of the app for a roster')
  if (priority > existing.seats.priority) throw refused('raise the priority of a roster')
}

function boundTo({ id, group, app }: Roster, cause?: unknown): AppError {
  return new AppError('roster_bound', {
    message: `The roster "${id}" belongs to the group "${group.name}" (${group.id}) of ${app.bundleId}; that cannot be changed.`,
    cause,
  })
}

/** True where the input names the recorded app and group by what is recorded of them: then Apple need not be asked. */
function namesSame(existing: Roster, { app, group }: RosterInput): boolean {
  const sameApp =
    'id' in app ? app.id === existing.app.id : app.bundleId.toLowerCase() === existing.app.bundleId.toLowerCase()
  return sameApp && ('id' in group ? group.id === existing.group.id : group.name === existing.group.name)
}

async function refuseOthers(
  session: AppleSession,
  teamKey: string,
  existing: Roster,
  input: RosterInput,
): Promise<void> {
  const app = await resolveApp(session, input.app, teamKey)
  // A roster that exists never makes a group: a name that is not there is another group.
  const wanted = 'id' in input.group ? input.group : { ...input.group, create: false }
  const bound = (cause?: unknown) => boundTo(existing, cause)
  if (app.id !== existing.app.id) throw bound()
  const { group } = await resolveGroup(session, app, wanted).catch((error: unknown) => {
    if (isAppError(error) && error.code.startsWith('group_')) throw bound(error)
    throw error
  })
  if (group.id !== existing.group.id) throw bound()
}

function refuseUnsettled({ id, deleting, moving }: Roster, teamKey: string): void {
  if (deleting) throw new AppError('conflict', { message: `The roster "${id}" is being deleted.` })
  if (moving && moving.to !== teamKey) {
    throw new AppError('conflict', { message: `The roster "${id}" is moving to the team key "${moving.to}".` })
  }
}

async function refuseHeldGroup(deps: PutRosterDeps, groupId: string, rosterId: string): Promise<void> {
  const holder = await deps.store.groups.holder(groupId)
  if (holder === null || holder === rosterId) return
  throw new AppError('group_in_use', {
    message: `The roster "${holder}" uses this group.`,
    details: { roster: holder },
  })
}

/** Seats of the app are known from the beginning; the first reading counts them where Apple does not answer now. */
async function countFirst(deps: PutRosterDeps, teamKey: TeamKey, { id, app }: Roster): Promise<void> {
  const place = { teamKey: teamKey.id, appId: app.id }
  const { used } = await deps.store.lane(teamKey.id).seats(app.id).read()
  if (used !== null) return
  try {
    await countSeats({ ...deps, session: openSession(deps, teamKey) }, place, { public: true })
  } catch (error) {
    if (!isAppError(error)) throw error
    deps.log.info({ roster: id, err: error }, 'roster.seats_not_read')
  }
}

async function readWarnings(
  deps: PutRosterDeps,
  teamKey: TeamKey,
  session: AppleSession,
  groupId: string,
): Promise<Pick<Roster, 'warnings' | 'warningsAt' | 'supply'>> {
  // What somebody may just have put right in App Store Connect is read anew.
  await forgetKept(deps, teamKey, keptBuilds(groupId))
  const builds = await readKept(deps, teamKey, keptBuilds(groupId), () => session.listGroupBuilds(groupId))
  const warningsAt = deps.clock.now()
  const supply = judgeSupply(null, { app: builds, group: builds }, warningsAt, true)
  return { warnings: groupFindings(builds, warningsAt), warningsAt, supply }
}

function policiesOf(input: RosterInput): RosterPolicies {
  const { id: _id, teamKey: _teamKey, app: _app, group: _group, ...policies } = input
  return policies
}
