import type { ActivityNote, Asker, NewActivityLine } from '../../domain/activity.ts'
import type { Store } from '../../store/index.ts'

export interface ActivityDeps {
  store: Pick<Store, 'lane'>
  asker?: Asker | undefined
}

/**
 * Tells the rosters' activity of steps that were recorded, each with its line in its member's timeline. Not waited for: it is for
 * people to read, and what it tells of is kept whether or not it is told.
 */
export function noteActivity(
  { store, asker }: ActivityDeps,
  teamKey: string,
  steps: readonly { roster: string; member: string; entry: string }[],
): void {
  const byRoster = new Map<string, NewActivityLine[]>()
  for (const { roster, member, entry } of steps) {
    const line = { member, entry, asker: asker ?? null }
    const lines = byRoster.get(roster)
    if (lines) lines.push(line)
    else byRoster.set(roster, [line])
  }
  for (const [roster, lines] of byRoster) {
    store
      .lane(teamKey)
      .roster(roster)
      .activity.add(lines)
      .catch(() => {})
  }
}

/** The same of something that happened to a roster as a whole. */
export function noteRosterActivity(
  { store, asker }: ActivityDeps,
  roster: { id: string; teamKey: string },
  note: ActivityNote,
): void {
  store
    .lane(roster.teamKey)
    .roster(roster.id)
    .activity.add([{ member: null, note, asker: asker ?? null }])
    .catch(() => {})
}
