import { dropSettled } from '../../domain/build-steps.ts'
import { noteBuilds, type BuildMemory, type KnownBuild, type Seen } from '../../domain/build-watch.ts'
import type { Roster } from '../../domain/roster.ts'

/** One roster's view of its app's builds, at one time. The steps of a watch change `known` and `seen`. */
export interface Look {
  roster: Roster
  /** As it was recorded before. */
  before: BuildMemory | null
  known: Map<string, KnownBuild>
  seen: Seen
  /** What may be done at Apple for this roster. */
  gives: boolean
  submits: boolean
  /** The group got an approved build just now: whether it can be installed shows in the next reading. */
  mayOpen: boolean
  releases: boolean
}

export function openLook(roster: Roster, before: BuildMemory | null, seen: Seen, now: number): Look {
  const isAutomatic = roster.builds === 'automatic'
  const submits = isAutomatic && roster.submitForReview
  const known = noteBuilds(before, roster.builds, seen, now)
  const releases = roster.heldBuilds === 'release'
  dropSettled(known, seen, { give: isAutomatic, submit: submits, release: releases })
  const isOn = !roster.paused
  return {
    roster,
    before,
    known,
    seen,
    gives: isAutomatic && isOn,
    submits: submits && isOn,
    releases: releases && isOn,
    mayOpen: false,
  }
}

export function amend(look: Look, buildId: string, change: Partial<KnownBuild>): void {
  const entry = look.known.get(buildId)
  if (entry) look.known.set(buildId, { ...entry, ...change })
}
