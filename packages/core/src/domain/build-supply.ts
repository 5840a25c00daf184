import { buildName, buildState, byUpload, isTestable, lastUsable, type Build, type BuildState } from './build.ts'
import type { BuildFact, Successor } from './fact.ts'
import type { Warning } from './roster.ts'

/**
 * How long a group can still test: told before it is over, once when it is, and once when it is over no more.
 *
 * | gone     | reading                                        | becomes  | told                                 |
 * | -------- | ---------------------------------------------- | -------- | ------------------------------------ |
 * | `no`     | nothing usable, the last one's time is over    | `told`   | `build.run_out`                      |
 * | `no`     | nothing usable, before its time                | `once`   | nothing: one reading may lack a build |
 * | `once`   | nothing usable                                 | `told`   | `build.run_out`                      |
 * | `once`   | something usable                               | `no`     | nothing                              |
 * | `told`   | something usable                               | `no`     | `build.available`, of one at least   |
 * | any      | a listing that may lack a build                | the same | nothing                              |
 */
export interface Supply {
  /** Builds that testers of the group can install. */
  usable: BuildFact['build'][]
  /** The one that lasts longest, or that went last; null: there never was any. */
  last: BuildFact['build'] | null
  gone: 'no' | 'once' | 'told'
  /** What comes after the last one; null: nothing newer is in the pipeline. */
  successor: Successor | null
}

/** What the API tells of it. */
export interface SupplyDescription {
  usable: number
  runsOutAt: number | null
  successor: Successor | null
}

const DAY_MS = 86_400_000
const WARNED_DAYS = 14

/** What is nearest to the testers comes first; what Apple rejected is not on its way. */
const ON_ITS_WAY: readonly BuildState[] = [
  'testing',
  'approved_held',
  'in_review',
  'ready_to_submit',
  'compliance_missing',
  'processing',
]

/** What a group can test as of `now` (ms), and until when. A look that is not complete changes nothing of `before`. */
export function judgeSupply(
  before: Supply | null | undefined,
  seen: { app: readonly Build[]; group: readonly Build[] },
  now: number,
  isComplete: boolean,
): Supply {
  if (!isComplete && before) return before
  const usable = seen.group.filter((build) => isTestable(build, now)).sort(byUpload)
  const longest = lastUsable(seen.group, now)
  const last = longest ? toToldBuild(longest) : (before?.last ?? null)
  const gone = !isComplete || usable.length > 0 || last === null ? 'no' : nextGone(before?.gone ?? 'no', last, now)
  return { usable: usable.map(toToldBuild), last, gone, successor: findSuccessor(seen, longest, now) }
}

function nextGone(before: Supply['gone'], { expiresAt }: BuildFact['build'], now: number): Supply['gone'] {
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= now
  return before === 'no' && !isOver ? 'once' : 'told'
}

function findSuccessor(
  seen: { app: readonly Build[]; group: readonly Build[] },
  last: Build | undefined,
  now: number,
): Successor | null {
  const inGroup = new Set(seen.group.map(({ id }) => id))
  const candidates = seen.app
    .filter((build) => !(inGroup.has(build.id) && isTestable(build, now)))
    .filter((build) => last === undefined || byUpload(build, last) > 0)
    .map((build) => ({ build, state: buildState(build, now) }))
    .filter(({ state }) => ON_ITS_WAY.includes(state))
    .sort((a, b) => ON_ITS_WAY.indexOf(a.state) - ON_ITS_WAY.indexOf(b.state) || byUpload(b.build, a.build))
  const [first] = candidates
  return first ? { number: first.build.number, state: first.state } : null
}

/** As it is at this moment, though the last look is some minutes old. */
export function describeSupply(supply: Supply | null | undefined, now: number): SupplyDescription {
  const usable = (supply?.usable ?? []).filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now)
  const ends = usable.map(({ expiresAt }) => (expiresAt === null ? Infinity : Date.parse(expiresAt)))
  const end = Math.max(0, ...ends)
  return {
    usable: usable.length,
    runsOutAt: usable.length > 0 && Number.isFinite(end) ? end : null,
    successor: supply?.successor ?? null,
  }
}

/** That the builds have run out, or will soon with nothing to follow. */
export function supplyFindings(supply: Supply, now: number): Warning[] {
  const { usable, runsOutAt, successor } = describeSupply(supply, now)
  const next = sayNext(successor)
  if (usable === 0) {
    if (supply.gone !== 'told' || supply.last === null) return []
    return [
      {
        code: 'builds_run_out',
        detail: `${buildName(supply.last)} was the last build, and has gone: nobody can install the app. ${next}`,
        action: ACTION,
      },
    ]
  }
  if (runsOutAt === null || runsOutAt - now > WARNED_DAYS * DAY_MS || successor !== null) return []
  return [
    {
      code: 'builds_run_out',
      detail: `After ${new Date(runsOutAt).toISOString().slice(0, 10)} nobody can install the app or go on testing. ${next}`,
      action: ACTION,
    },
  ]
}

/** What comes after the last build, in a sentence. */
export function sayNext(successor: Successor | null): string {
  if (successor === null) return 'Nothing newer is in the pipeline.'
  return `${successor.number} comes next: ${STATE_WORDS[successor.state]}.`
}

const ACTION = 'Upload a build, have it approved, and add it to the group.'

const STATE_WORDS: Record<BuildState, string> = {
  processing: 'Apple is processing it',
  compliance_missing: 'it waits for the answer about export compliance',
  ready_to_submit: 'it was not submitted for beta review yet',
  in_review: 'it is in beta review',
  rejected: 'Apple has rejected it',
  approved_held: 'it is approved, and waits for "Notify Testers"',
  testing: 'it can be tested, and is not in the group',
  expired: 'it has expired',
  unknown: 'its state is not known',
}

/** A build as callbacks tell it: dates in ISO 8601, an unknown version as an empty text. */
export function toToldBuild({ id, version, number, expiresAt }: Build): BuildFact['build'] {
  const ends = expiresAt === null ? null : new Date(expiresAt).toISOString()
  return { id, version: version ?? '', number, expiresAt: ends }
}
