import { isBuildLack, type BuildLack } from '../../domain/build.ts'
import type { Supply } from '../../domain/build-supply.ts'
import type { BuildMemory } from '../../domain/build-watch.ts'
import type { Roster, Warning } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'

/** What a roster's builds lack: by the newest reading, be it of a PUT or of the build watch, and what Apple refused. */
export function warningsOf(roster: Roster, looked: { at: number; memory: BuildMemory } | null): Warning[] {
  if (looked === null) return roster.warnings
  return [
    ...(isNewer(roster, looked) ? looked.memory.findings : roster.warnings),
    ...(roster.builds === 'automatic' ? looked.memory.refusals : []),
  ]
}

/** How long the roster's group can still test, by the newest reading. */
export function supplyOf(roster: Roster, looked: { at: number; memory: BuildMemory } | null): Supply | undefined {
  return looked?.memory.supply && (isNewer(roster, looked) || !roster.supply) ? looked.memory.supply : roster.supply
}

function isNewer(roster: Roster, looked: { at: number }): boolean {
  return looked.at >= (roster.warningsAt ?? roster.createdAt)
}

/** Why nobody of the roster's group can be invited, as far as its builds were read; null where one can be installed, or none was read. */
export async function readLack(store: Store, roster: Roster): Promise<BuildLack | null> {
  const looked = await store.lane(roster.teamKey).builds.find(roster.id)
  // A warning may also be of a build that is held beside others that can be installed.
  if ((supplyOf(roster, looked)?.usable.length ?? 0) > 0) return null
  for (const { code } of warningsOf(roster, looked)) {
    if (isBuildLack(code)) return code
  }
  return null
}
