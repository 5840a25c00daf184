import { randomUUID } from 'node:crypto'
import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import { isUnreadable } from '../../domain/shape.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { inParallel } from '../parallel.ts'
import { recordAndWake, type IntakeDeps } from '../intake/index.ts'
import { assertSettled } from '../assert-settled.ts'
import { forgetInScim } from '../scim/index.ts'
import { forgetInSources } from '../sources/index.ts'
import { eraseTask, forgetInPlans } from './erase-members.ts'

/** Each looks through all of its members: who had the address before is in no index. */
const ROSTERS_AT_ONCE = 8

/**
 * Takes a person out of every group and then forgets every trace, counts aside. Kept first, with the tasks that carry it on, so
 * that it is finished whoever dies. Returns what it is known by, and how many memberships it is about. Throws store_unavailable while a
 * roster moves.
 */
export async function erasePerson(deps: IntakeDeps, email: string): Promise<{ id: string; memberships: number }> {
  const person = randomUUID()
  await deps.store.personErasures.begin(person, deps.clock.now())
  const key = emailKey(email)
  const unreadable: Error[] = []
  const pastUnreadable: PastUnreadable = (work) => work.catch((error: unknown) => void unreadable.push(orThrow(error)))
  // First, or a change of a group could bring the person back meanwhile.
  await pastUnreadable(forgetInScim(deps, key, []))
  const erased: { roster: string; ids: string[] }[] = []
  await inParallel(ROSTERS_AT_ONCE, await deps.store.rosters.ids(), async (roster) => {
    const ids = await pastUnreadable(eraseWhereItIs(deps, person, { id: roster, key, pastUnreadable }))
    if (ids) erased.push({ roster, ids })
  })
  await forgetInSources(deps, key, erased)
  // Also whoever gave the address on their own page: the provider knows them by another one.
  await pastUnreadable(forgetInScim(deps, key, [...new Set(erased.flatMap(({ ids }) => ids))]))
  if (unreadable[0]) throw unreadable[0]
  return { id: person, memberships: erased.reduce((sum, { ids }) => sum + ids.length, 0) }
}

/** A record that can't be read stops nothing else; at the end it is told, since what it holds may be about the person. */
type PastUnreadable = <T>(work: Promise<T>) => Promise<T | void>

function orThrow(error: unknown): Error {
  if (isUnreadable(error)) return error
  throw error
}

interface Where {
  id: string
  key: string
  pastUnreadable: PastUnreadable
}

/** A roster that moves to another team key meanwhile is looked through once more, where it went. */
async function eraseWhereItIs(deps: IntakeDeps, person: string, { id, ...where }: Where): Promise<string[]> {
  let roster = await deps.store.rosters.find(id)
  while (roster) {
    const { createdAt, teamKey, moves } = roster
    assertSettled({ ...roster, deleting: false })
    const ids = await eraseInRoster(deps, person, roster, where)
    roster = await deps.store.rosters.find(id)
    const isThere = roster && roster.teamKey === teamKey && roster.moves === moves && !roster.moving
    if (!roster || isThere || roster.createdAt !== createdAt) return ids
  }
  return []
}

async function eraseInRoster(
  deps: IntakeDeps,
  person: string,
  roster: Roster,
  { key, pastUnreadable }: Omit<Where, 'id'>,
): Promise<string[]> {
  // A plan may name the person as an unmanaged tester of a group whose roster never had the address.
  await pastUnreadable(forgetInPlans(deps.store, roster.teamKey, { roster: roster.id, members: [], email: key }))
  const members = deps.store.members(roster.teamKey, roster.id)
  // Also whoever had the address: Apple may still have it in the group.
  const ids = [...new Set([...(await members.withAddress(key)), ...(await members.observedWith(key))])]
  if (ids.length === 0) return ids
  const records = (await members.findMany(ids)).filter((record) => record !== undefined)
  // Not before what is known of them arrived: a later arrival is a new member.
  const requestedAt = Math.max(deps.clock.now(), ...records.map(({ desired }) => desired.at))
  const id = randomUUID()
  const erasure = { v: 1 as const, id, roster: roster.id, members: ids, email: key, requestedAt, person }
  const part = { id, roster: roster.id, teamKey: roster.teamKey, doneAt: null }
  await deps.store.personErasures.putPart(person, part)
  await deps.store.lane(roster.teamKey).erasures.begin(erasure, eraseTask(id))
  const present = records.filter(({ desired }) => desired.present)
  await recordAndWake(
    deps,
    roster.teamKey,
    present.map(({ id: member, desired }) => ({
      roster: roster.id,
      member,
      kind: 'leave',
      email: null,
      firstName: null,
      lastName: null,
      time: Math.max(requestedAt, desired.time),
      priority: 'interactive',
      digest: undefined,
      timelineEntry: formatEntry({ t: requestedAt, k: 'left', o: 'api' }),
    })),
  )
  await deps.store.ready.ring(roster.teamKey)
  return ids
}
