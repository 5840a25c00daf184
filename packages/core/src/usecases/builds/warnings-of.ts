import { isBuildLack, type BuildLack } from '../../domain/build.ts'
import type { BuildBook } from '../../domain/build-watch.ts'
import type { Roster, Warning } from '../../domain/roster.ts'
import { createBuilds, type Store } from '../../store/index.ts'

/** What a roster's builds lack: by the newest reading, be it of a PUT or of the build watch, and what Apple refused. */
export function warningsOf(roster: Roster, looked: { at: number; book: BuildBook } | null): Warning[] {
  if (looked === null) return roster.warnings
  const isNewer = looked.at >= (roster.warningsAt ?? roster.createdAt)
  return [
    ...(isNewer ? looked.book.findings : roster.warnings),
    ...(roster.builds === 'automatic' ? looked.book.refusals : []),
  ]
}

/** Why nobody of the roster's group can be invited, as far as its builds were read; null where one can be installed, or none was read. */
export async function readLack(store: Store, roster: Roster): Promise<BuildLack | null> {
  const looked = await createBuilds(store.redis, roster.teamKey).find(roster.id)
  for (const { code } of warningsOf(roster, looked)) {
    if (isBuildLack(code)) return code
  }
  return null
}
