import { AppError } from '../../errors.ts'
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

/** How far the erasure of a person is; no address is known of it. Throws not_found. */
export async function describeErasure(deps: { store: Store }, id: string): Promise<ErasureDescription> {
  const erasure = await deps.store.personErasures.find(id)
  if (!erasure) throw new AppError('not_found', { message: 'There is no such erasure, or it is kept no longer.' })
  const { startedAt, parts } = erasure
  const waits = await Promise.all(parts.filter(({ doneAt }) => doneAt === null).map((part) => waitOf(deps, part)))
  const open = waits.filter((wait) => wait !== undefined)
  if (open.length > 0) return { id, status: 'running', waitsFor: open[0] ?? null, startedAt, doneAt: null }
  const doneAt = Math.max(startedAt, ...parts.map((part) => part.doneAt ?? startedAt))
  return { id, status: 'done', waitsFor: null, startedAt, doneAt }
}

/** Undefined: this part is through. */
async function waitOf(
  { store }: { store: Store },
  part: { id: string; roster: string; teamKey: string },
): Promise<NonNullable<ErasureDescription['waitsFor']> | undefined> {
  const roster = await store.rosters.find(part.roster)
  const lanes = [...new Set([roster?.teamKey ?? part.teamKey, part.teamKey])]
  const found = await Promise.all(lanes.map((lane) => store.lane(lane).erasures.find(part.id)))
  const at = found.findIndex((record) => record !== undefined)
  const [record, lane] = [found[at], lanes[at]]
  if (!record || lane === undefined) return undefined
  const wait = (code: string, detail: string, action: string | null = null) => ({ code, detail, action, until: null })
  const { blocked, paused } = await store.lane(lane).standing()
  if (blocked)
    return wait(
      'lane_blocked',
      `The lane of the team key "${lane}" is stopped: ${blocked.detail}`,
      'Check the team key.',
    )
  if (paused) return wait('lane_paused', `The lane of the team key "${lane}" is paused.`, 'Resume it.')
  if (record.refs)
    return wait('callbacks', 'A callback about it is still on its way; its log is forgotten once it ended.')
  if (roster?.blocked) return wait('roster_blocked', `The roster "${roster.id}" is blocked: ${roster.blocked.detail}`)
  if (roster?.paused) return wait('roster_paused', `The roster "${roster.id}" is paused.`, 'Resume it.')
  return wait('backlog', 'It is being taken out of the group; Apple has to let it go first.')
}
