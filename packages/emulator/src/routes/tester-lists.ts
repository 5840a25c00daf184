import { cannotBeAssigned } from '../errors.ts'
import { joinGroup, leaveGroup, Seats } from '../membership.ts'
import type { Answer, Call } from '../operation.ts'
import { done } from '../operation.ts'
import type { GroupRecord } from '../records.ts'
import { checkChunk, notMember, seatsFull } from '../refusals.ts'
import type { TesterRow } from '../testers.ts'

/** Splits the testers a call names by the truth, which may be ahead of what reads show. */
export function bulkTesters(call: Call, fits: (row: TesterRow) => boolean): { good: TesterRow[]; bad: string[] } {
  checkChunk(call.settings, call.body.ids.length)
  const good: TesterRow[] = []
  const bad: string[] = []
  for (const id of new Set(call.body.ids)) {
    const row = call.world.truth.byId.get(id)
    if (row && row.issuerId === call.issuerId && fits(row)) good.push(row)
    else bad.push(id)
  }
  return { good, bad }
}

/** Whether a tester can be in this group at all: of its app, and a team user if the group is internal. */
export function isAssignable(call: Call, group: GroupRecord, row: TesterRow): boolean {
  const isOfApp = row.appIds.length === 0 || row.appIds.includes(group.appId) || call.settings.recordScope === 'team'
  return isOfApp && (!group.isInternalGroup || call.world.isTeamUser(call.issuerId, row.email))
}

/** Adds many testers to a group; one bad id fails the whole call. */
export function addToGroup(call: Call, group: GroupRecord): Answer {
  const { world, settings } = call
  const { good, bad } = bulkTesters(call, (row) => isAssignable(call, group, row))
  const isIn = (row: TesterRow): boolean => world.truth.isMember(group.id, row.id)
  const refused = bad.length > 0 || (settings.addMemberAgain === 409 && good.some(isIn))
  const newcomers = good.filter((row) => !isIn(row) && !(row.state === 'REVOKED' && settings.revokedAdd === 'ignored'))
  if (refused) {
    if (settings.badBatch === 'part') {
      const firstBad = call.body.ids.findIndex((id) => bad.includes(id) || newcomers.every((row) => row.id !== id))
      const before = new Set(call.body.ids.slice(0, firstBad))
      for (const row of newcomers) if (before.has(row.id)) enter(call, group, row)
    }
    throw cannotBeAssigned()
  }
  if (!new Seats(world).fit(group, newcomers)) throw seatsFull(settings)
  for (const row of newcomers) enter(call, group, row)
  return done
}

/** A REVOKED tester, where that is not ignored, starts over as someone never invited. */
export function enter(call: Call, group: GroupRecord, row: TesterRow): void {
  if (row.state === 'REVOKED') call.world.invitations.setState(row, 'NOT_INVITED', call.now)
  joinGroup(call.world, group, row, 'add', call.now)
}

/** Takes many testers out of a group; what someone who is not in it causes goes by setting. */
export function removeFromGroup(call: Call, group: GroupRecord): Answer {
  const { good, bad } = bulkTesters(call, (row) => call.world.truth.isMember(group.id, row.id))
  if (bad.length > 0) notMember(call.settings, bad[0] ?? '')
  for (const row of good) leaveGroup(call.world, group.id, row.id, call.now)
  return done
}
