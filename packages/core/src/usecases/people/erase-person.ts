import { randomUUID } from 'node:crypto'
import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { createErasures } from '../../store/index.ts'
import { recordAndWake, type IntakeDeps } from '../intake/index.ts'
import { eraseTask } from './erase-members.ts'

/**
 * Takes a person out of every group and then forgets every trace, counts aside. Kept first, with the task that carries it on, so
 * that it is finished whoever dies. Returns how many memberships it is about.
 */
export async function erasePerson(deps: IntakeDeps, email: string): Promise<number> {
  const rosters = await deps.store.rosters.list()
  const erased = await Promise.all(rosters.map((roster) => eraseInRoster(deps, roster, emailKey(email))))
  return erased.reduce((sum, count) => sum + count, 0)
}

async function eraseInRoster(deps: IntakeDeps, roster: Roster, key: string): Promise<number> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const ids = [...new Set(await members.withAddress(key))]
  if (ids.length === 0) return 0
  const records = (await members.findMany(ids)).filter((record) => record !== undefined)
  // Not before what is known of them arrived: a later arrival is a new member.
  const requestedAt = Math.max(deps.clock.now(), ...records.map(({ desired }) => desired.at))
  const id = randomUUID()
  const erasure = { v: 1 as const, id, roster: roster.id, members: ids, email: key, requestedAt }
  await createErasures(deps.store.redis, roster.teamKey).begin(erasure, eraseTask(id))
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
  return ids.length
}
