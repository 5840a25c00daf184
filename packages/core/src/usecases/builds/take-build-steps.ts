import type { AppleSession } from '@flightroster/app-store-connect'
import { opensByBeingGiven, type Build } from '../../domain/build.ts'
import { anotherInReview, explainRefusal, planGifts, planReleases, planReviews } from '../../domain/build-steps.ts'
import type { BuildStep } from '../../domain/build-watch.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Warning } from '../../domain/roster.ts'
import { isAppError, type AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { amend, type Look } from './look.ts'

export interface BuildStepDeps {
  session: Pick<AppleSession, 'addGroupBuilds' | 'submitForReview' | 'notifyTesters'>
  clock: Clock
  log: Log
}

/** The most ids in one call. */
const CHUNK = 50

/** Gives each new build to the group, in one call. True when Apple took any. Throws what is no refusal of this very step. */
export async function giveBuilds(deps: BuildStepDeps, look: Look): Promise<boolean> {
  if (!look.gives) return false
  const { together, alone } = planGifts(look.known, look.seen, deps.clock.now())
  let given = 0
  for (let from = 0; from < together.length; from += CHUNK) {
    given += await give(deps, look, together.slice(from, from + CHUNK))
  }
  for (const build of alone) given += await give(deps, look, [build])
  return given > 0
}

/** One bad id fails a whole call: halved until it is alone. Returns how many were taken. */
async function give(deps: BuildStepDeps, look: Look, builds: Build[]): Promise<number> {
  try {
    await deps.session.addGroupBuilds(
      look.roster.group.id,
      builds.map(({ id }) => id),
    )
  } catch (error) {
    if (!isRefusal(error)) throw error
    if (builds.length > 1) {
      const half = Math.ceil(builds.length / 2)
      return (await give(deps, look, builds.slice(0, half))) + (await give(deps, look, builds.slice(half)))
    }
    for (const build of builds) noteRefusal(deps, [look], 'give', build, explainRefusal('give', build, wordsOf(error)))
    return 0
  }
  look.seen = { ...look.seen, group: [...look.seen.group, ...builds] }
  look.mayOpen ||= builds.some((build) => opensByBeingGiven(build))
  for (const { id } of builds) amend(look, id, { held: true, refusal: null })
  const ids = builds.map(({ id }) => id)
  deps.log.info(
    { event: 'builds.given', roster: look.roster.id, group: look.roster.group.id, builds: ids },
    'builds.given',
  )
  return builds.length
}

/** Submits what waits for beta review, once for all rosters of the app. True when Apple took any. */
export async function submitBuilds(deps: BuildStepDeps, looks: Look[]): Promise<boolean> {
  const wanted = new Map<string, { build: Build; behind: Build | null; looks: Look[] }>()
  for (const look of looks.filter(({ submits }) => submits)) {
    for (const { build, behind } of planReviews(look.known, look.seen, deps.clock.now())) {
      const others = wanted.get(build.id)?.looks ?? []
      wanted.set(build.id, { build, behind, looks: [...others, look] })
    }
  }
  let taken = false
  for (const { build, behind, looks: of } of wanted.values()) {
    if (behind) noteRefusal(deps, of, 'submit', build, anotherInReview(build, behind))
    else taken = (await submit(deps, of, build)) || taken
  }
  return taken
}

async function submit(deps: BuildStepDeps, looks: Look[], build: Build): Promise<boolean> {
  try {
    await deps.session.submitForReview(build.id)
  } catch (error) {
    if (!isRefusal(error)) throw error
    noteRefusal(deps, looks, 'submit', build, explainRefusal('submit', build, wordsOf(error)))
    return false
  }
  for (const look of looks) amend(look, build.id, { refusal: null })
  deps.log.info(
    { event: 'build.submitted', build: build.id, rosters: looks.map(({ roster }) => roster.id) },
    'build.submitted',
  )
  return true
}

/** Releases builds that Apple holds, once for all rosters of the app. True when Apple took any. */
export async function releaseBuilds(deps: BuildStepDeps, looks: Look[]): Promise<boolean> {
  const wanted = new Map<string, { build: Build; looks: Look[] }>()
  for (const look of looks.filter(({ releases }) => releases)) {
    for (const build of planReleases(look.known, look.seen, deps.clock.now())) {
      wanted.set(build.id, { build, looks: [...(wanted.get(build.id)?.looks ?? []), look] })
    }
  }
  let taken = false
  for (const { build, looks: of } of wanted.values()) taken = (await release(deps, of, build)) || taken
  return taken
}

async function release(deps: BuildStepDeps, looks: Look[], build: Build): Promise<boolean> {
  const note = (outcome: 'done' | 'unknown' | 'refused') => {
    const change = { release: { at: deps.clock.now(), outcome }, ...(outcome === 'done' ? { refusal: null } : {}) }
    for (const look of looks) amend(look, build.id, change)
  }
  try {
    await deps.session.notifyTesters(build.id)
  } catch (error) {
    // It may have been done: whether it was shows in a later reading, and testers are notified once.
    if (isAppError(error, 'apple_unavailable', 'apple_unreachable', 'apple_answer_unreadable')) note('unknown')
    if (!isRefusal(error)) throw error
    const warning = explainRefusal('release', build, wordsOf(error))
    noteRefusal(deps, looks, 'release', build, warning)
    note(warning === null ? 'done' : 'refused')
    return warning === null
  }
  note('done')
  deps.log.info(
    { event: 'build.released', build: build.id, rosters: looks.map(({ roster }) => roster.id) },
    'build.released',
  )
  return true
}

function noteRefusal(deps: BuildStepDeps, looks: Look[], step: BuildStep, build: Build, warning: Warning | null): void {
  for (const look of looks) {
    amend(look, build.id, { refusal: warning && { step, at: deps.clock.now(), warning } })
    if (warning)
      deps.log.info(
        { event: 'build.refused', roster: look.roster.id, build: build.id, code: warning.code },
        'build.refused',
      )
  }
}

/** About this build or this group; a 403 may be about this endpoint alone. Anything else is about Apple or the key. */
function isRefusal(error: unknown): error is AppError {
  return isAppError(
    error,
    'apple_refused',
    'apple_request_invalid',
    'apple_not_found',
    'key_forbidden',
    // Words that Apple also uses of members.
    'address_invalid',
    'seats_full',
    'build_missing',
  )
}

function wordsOf({ details }: AppError) {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return { code: text(details['appleCode']), detail: text(details['appleDetail']) }
}
