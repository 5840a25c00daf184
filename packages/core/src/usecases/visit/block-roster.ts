import type { Fact } from '../../domain/fact.ts'
import type { Problem, Roster } from '../../domain/roster.ts'
import { ERROR_RULES, isAppError } from '../../errors.ts'
import { sessionOf, type Visit } from './visit.ts'

const blockedTask = (rosterId: string) => `blocked:${rosterId}`

/** The group is gone, confirmed: the roster stops until its group answers again. */
export async function blockRoster(visit: Visit, roster: Roster): Promise<void> {
  const { store, clock, log, settings } = visit.deps
  const wasBlocked = roster.blocked !== null
  const problem: Problem = { code: 'group_gone', detail: ERROR_RULES.group_gone.title, at: clock.now() }
  roster.blocked = problem
  const found = await store.rosters.find(roster.id)
  if (!found || !isStill(found, roster)) return
  // Planned and told first: whoever dies on the way leaves no roster that is blocked for ever, or without a word.
  await store.lane(visit.teamKey).schedule.plan(blockedTask(roster.id), clock.now() + settings.blockedCheckMs)
  if (!wasBlocked) {
    const { id, createdAt: madeAt } = roster
    const sequence = await store.nextSequence(visit.teamKey, `roster:${id}`)
    const told = { code: problem.code, detail: problem.detail }
    const fact: Fact = { type: 'roster.blocked', roster: id, madeAt, sequence, problem: told, at: problem.at }
    await store.lane(visit.teamKey).facts.add([fact])
  }
  await store.rosters.update(roster.id, (current) =>
    isStill(current, roster) ? { ...current, blocked: current.blocked ?? problem } : current,
  )
  if (wasBlocked) return
  log.warn({ event: 'roster.blocked', roster: roster.id, group: roster.group.id, code: problem.code }, 'roster.blocked')
}

/** Whether it is the roster that was looked at, and not one that was made anew under its id, or serves another lane by now. */
export function isStill(current: Roster, seen: Roster): boolean {
  return current.createdAt === seen.createdAt && current.teamKey === seen.teamKey && current.group.id === seen.group.id
}

/** After a 404 that may mean the group: it is read once more, and the roster stops where that is so. */
export async function blockIfGone(visit: Visit, roster: Roster): Promise<void> {
  try {
    await sessionOf(visit).getGroup(roster.group.id)
  } catch (error) {
    if (!isAppError(error, 'apple_not_found')) throw error
    await blockRoster(visit, roster)
  }
}
