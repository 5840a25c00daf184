import type { BuildBook } from '../../domain/build-watch.ts'
import type { Roster, Warning } from '../../domain/roster.ts'

/** What a roster's builds lack: by the newest reading, be it of a PUT or of the build watch, and what Apple refused. */
export function warningsOf(roster: Roster, looked: { at: number; book: BuildBook } | null): Warning[] {
  if (looked === null) return roster.warnings
  const isNewer = looked.at >= (roster.warningsAt ?? roster.createdAt)
  return [
    ...(isNewer ? looked.book.findings : roster.warnings),
    ...(roster.builds === 'automatic' ? looked.book.refusals : []),
  ]
}
