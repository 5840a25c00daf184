import type { Clock } from '../../domain/clock.ts'
import { AppError, ERROR_RULES } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

/** How far the erasure of a person is, without anything that names the person. */
export interface ErasureDescription {
  id: string
  status: 'running' | 'done'
  /** What keeps it from going on, the outermost reason first. */
  waitsFor: { code: string; detail: string; action: string | null; until: number | null } | null
  startedAt: number
  doneAt: number | null
}

export interface ErasureDeps {
  store: Store
  clock: Clock
}

/** How far the erasure of a person is; no address is known of it. Throws not_found. */
export async function describeErasure(deps: ErasureDeps, id: string): Promise<ErasureDescription> {
  const erasure = await deps.store.personErasures.find(id)
  if (!erasure) throw new AppError('not_found', { message: 'There is no such erasure, or it is no longer kept.' })
  const { startedAt, parts } = erasure
  const waits = await Promise.all(parts.filter(({ doneAt }) => doneAt === null).map((part) => waitOf(deps, part)))
  const open = waits.filter((wait) => wait !== undefined)
  if (open.length > 0) return { id, status: 'running', waitsFor: open[0] ?? null, startedAt, doneAt: null }
  const doneAt = Math.max(startedAt, ...parts.map((part) => part.doneAt ?? startedAt))
  return { id, status: 'done', waitsFor: null, startedAt, doneAt }
}

/** Undefined: this part is through. */
async function waitOf(
  { store, clock }: ErasureDeps,
  part: { id: string; roster: string; teamKey: string },
): Promise<NonNullable<ErasureDescription['waitsFor']> | undefined> {
  const roster = await store.rosters.find(part.roster)
  const lanes = [...new Set([roster?.teamKey ?? part.teamKey, part.teamKey])]
  const found = await Promise.all(lanes.map((lane) => store.lane(lane).erasures.find(part.id)))
  const at = found.findIndex((record) => record !== undefined)
  const [record, lane] = [found[at], lanes[at]]
  if (!record || lane === undefined) return undefined
  const wait = (code: string, detail: string, action: string | null = null) => ({ code, detail, action, until: null })
  const { blocked, paused, pausedAt } = await store.lane(lane).standing()
  const since = (at: number | null | undefined) => (at ? ` Since ${new Date(at).toISOString()}.` : '')
  if (blocked)
    return wait(
      'lane_blocked',
      `The lane of the team key "${lane}" is stopped: ${blocked.detail}${since(blocked.at)}`,
      ERROR_RULES[blocked.code].action,
    )
  if (paused)
    return wait(
      'lane_paused',
      `The lane of the team key "${lane}" is paused.${since(pausedAt)}`,
      `An operator resumes it: POST /v1/team-keys/${lane}/resume, or the lanes page.`,
    )
  if (record.refs)
    return wait('callbacks', 'A callback about it is still on its way; its log is forgotten once it ended.')
  if (roster?.blocked)
    return wait(
      'roster_blocked',
      `The roster "${roster.id}" is blocked: ${roster.blocked.detail}${since(roster.blocked.at)}`,
      ERROR_RULES[roster.blocked.code].action,
    )
  if (roster?.paused)
    return wait(
      'roster_paused',
      `The roster "${roster.id}" is paused.${since(roster.pausedAt)}`,
      `An operator resumes it: POST /v1/rosters/${roster.id}/resume, or the page of the roster.`,
    )
  const { isServed, seenAt } = await store.workers.serving(lane, clock.now())
  if (!isServed)
    return wait(
      'no_worker',
      `No worker is running that serves the team key "${lane}".${since(seenAt)}`,
      'Whoever runs Flightroster starts one. What was accepted is kept until then.',
    )
  const members = await store.members(lane, record.roster).findMany(record.members)
  // Whoever came back meanwhile is a new member.
  if (members.every((member) => member === undefined || member.desired.at > record.requestedAt))
    return wait(
      'backlog',
      'It is out of the group. A reading of the group that began before has to end first; one that stopped is forgotten after a day.',
    )
  return wait('backlog', 'It is being taken out of the group; Apple has to let it go first.')
}
