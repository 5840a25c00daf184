import { byUpload, isTestable, lastUsable, type Build } from './build.ts'
import { toToldBuild, type Supply } from './build-supply.ts'
import type { BuildFact } from './fact.ts'
import type { Warning } from './roster.ts'

/** Days before the group's last usable build goes, at which that is told. */
const EXPIRING_AT_DAYS = [1, 7, 14] as const
const DAY_MS = 86_400_000
/** Apple's builds live 90 days. */
const LIFE_MS = 90 * DAY_MS

/** What Flightroster does to a build by itself: give it to the group, submit it for review, release it to testers. */
export type BuildStep = 'give' | 'submit' | 'release'

/** What is remembered of one build for one roster. */
export interface KnownBuild {
  /** `build.available` was told. */
  told: boolean
  /** The fewest days before its end at which `build.expiring` was told. */
  expiring: (typeof EXPIRING_AT_DAYS)[number] | null
  /** Was seen in the group: one that somebody took out again stays out. */
  held: boolean
  /** New since the roster gets its builds by itself: to be given to the group. */
  give: boolean
  /** May be submitted for beta review. */
  submit: boolean
  /** Apple's last refusal to give it to the group, or to review it. */
  refusal: { step: BuildStep; at: number; warning: Warning } | null
  /** That testers be notified of it, so that an approved build is held no more: when it was asked for (ms), and what came of it. */
  release?: { at: number; outcome: 'done' | 'unknown' | 'refused' }
  /** Forgotten after this (ms), once Apple lists it no more. */
  until: number
}

/** What is remembered of the builds of one roster's group. Written by the worker that holds the lane's lease alone. */
export interface BuildMemory {
  v: 1
  mode: 'automatic' | 'manual'
  builds: ReadonlyMap<string, KnownBuild>
  /** What the group lacks. */
  findings: Warning[]
  /** How long the group can still test; absent in those of a former version. */
  supply?: Supply
  /** Steps that Apple refused. */
  refusals: Warning[]
}

/** What Apple shows at one time: all builds of the app that have not expired, and those that the group has. */
export interface Seen {
  app: readonly Build[]
  group: readonly Build[]
}

/** A fact that has no number yet. */
export type BuildNews = Omit<BuildFact, 'sequence'>

/**
 * Enters what Apple shows. The first time that a roster gets its builds by itself, new are those that came after the newest
 * one of its group, and only the newest version may be submitted for review; from then on, every build that was not there before.
 */
export function noteBuilds(
  memory: BuildMemory | null,
  mode: BuildMemory['mode'],
  seen: Seen,
  now: number,
): Map<string, KnownBuild> {
  const inGroup = new Set(seen.group.map((build) => build.id))
  const isBeginning = mode === 'automatic' && memory?.mode !== 'automatic'
  const newestInGroup = Math.max(-1, ...seen.group.map((build) => build.uploadedAt ?? 0))
  const newestVersions = new Set(newestPerPlatform(seen.app).map(versionKey))
  const noted = new Map<string, KnownBuild>()
  for (const build of seen.app) {
    const known = memory?.builds.get(build.id)
    const isNew = mode === 'automatic' && known === undefined
    if (known === undefined && !isNew && !inGroup.has(build.id)) continue
    const entry: KnownBuild = known ?? {
      ...UNKNOWN,
      give: isNew,
      submit: isNew,
      until: build.expiresAt ?? now + LIFE_MS,
    }
    noted.set(build.id, {
      ...entry,
      ...(isBeginning
        ? { give: (build.uploadedAt ?? 0) > newestInGroup, submit: newestVersions.has(versionKey(build)) }
        : {}),
      held: entry.held || inGroup.has(build.id),
    })
  }
  for (const [id, known] of memory?.builds ?? []) {
    if (!noted.has(id) && known.until + DAY_MS > now) noted.set(id, known)
  }
  return noted
}

const UNKNOWN = { told: false, expiring: null, held: false, give: false, submit: false, refusal: null } as const

/** Builds with the same key are of one version of one platform: Apple reviews one of them at a time. */
export function versionKey({ platform, version, id }: Build): string {
  return `${platform ?? ''} ${version ?? id}`
}

function newestPerPlatform(builds: readonly Build[]): Build[] {
  const newest = new Map<string | null, Build>()
  for (const build of [...builds].sort(byUpload)) newest.set(build.platform, build)
  return [...newest.values()]
}

/**
 * What upstream has not been told yet, oldest build first; each thing once. Changes `known` to match. Nothing is said of an end
 * where the listing may lack a build.
 */
export function takeNews(
  roster: string,
  known: Map<string, KnownBuild>,
  group: readonly Build[],
  now: number,
  isComplete: boolean,
  supply: { before: Supply | null | undefined; now: Supply },
): BuildNews[] {
  const news: BuildNews[] = []
  const { successor } = supply.now
  const tell = (type: BuildNews['type'], build: Build) =>
    news.push({ type, roster, build: toToldBuild(build), at: now, ...(type === 'build.expiring' ? { successor } : {}) })
  const amend = (build: Build, change: Partial<KnownBuild>) => {
    const entry = known.get(build.id) ?? { ...UNKNOWN, until: build.expiresAt ?? now + LIFE_MS }
    known.set(build.id, { ...entry, ...change, held: true })
  }
  for (const build of [...group].sort(byUpload)) {
    if (!isTestable(build, now) || known.get(build.id)?.told) continue
    tell('build.available', build)
    amend(build, { told: true })
  }
  // What was there before is back: whoever was told that it had gone is told of one build again.
  const back =
    supply.before?.gone === 'told' && supply.now.gone === 'no' && news.length === 0 ? lastUsable(group, now) : undefined
  if (back) tell('build.available', back)
  if (supply.now.gone === 'told' && supply.before?.gone !== 'told' && supply.now.last) {
    news.push({ type: 'build.run_out', roster, build: supply.now.last, at: now, successor })
  }
  const last = isComplete ? lastUsable(group, now) : undefined
  const days = last && expiringAt(last, now)
  if (last && days && days < (known.get(last.id)?.expiring ?? Infinity)) {
    tell('build.expiring', last)
    amend(last, { expiring: days })
  }
  return news
}

/** The nearest of the days that applies. */
function expiringAt({ expiresAt }: Build, now: number): KnownBuild['expiring'] {
  if (expiresAt === null) return null
  return EXPIRING_AT_DAYS.find((days) => expiresAt - now <= days * DAY_MS) ?? null
}
