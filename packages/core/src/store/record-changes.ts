import type { Redis } from 'ioredis'
import type { RecordedChange, MemberChange } from '../domain/change.ts'
import { emailKey } from '../domain/email.ts'
import { MEMBER_STATUSES } from '../domain/member.ts'
import { defineScript } from './define-script.ts'
import { laneKeys } from './keys.ts'

const script = defineScript(import.meta.url, './record-changes.lua', './index-entries.lua', './prepend-line.lua')

/** Entries of one member's timeline that are kept; older ones go. */
export const TIMELINE_KEPT = 30
/** Bytes of index entries are bounded: a name is searched by its beginning. */
const INDEXED_NAME_LENGTH = 64

const PENDING = MEMBER_STATUSES.indexOf('pending')
const WAITING = MEMBER_STATUSES.indexOf('waiting')
const OUTCOMES = { a: 'accepted', d: 'duplicate', s: 'stale', g: 'gone', f: 'future' } as const
const OUTBOX_OF_PRIORITY = { now: 3, interactive: 4, bulk: 5 } as const

export interface RecordOptions {
  teamKey: string
  changes: MemberChange[]
  dedupMs: number
  /** True: rosters that are being deleted take the changes too. */
  intoClosing?: boolean | undefined
  /** A test may pass a time (ms); Redis's own clock otherwise. */
  now?: number | undefined
}

export interface RecordResult {
  /** True while a worker visits the lane: it finds the changes by itself, nobody need be woken. */
  leased: boolean
  /** Redis's clock at the step, ms. */
  now: number
  /** In the order given. */
  changes: RecordedChange[]
}

/** The atomic step of intake. All changes belong to rosters of one team key; at most 1,000 at once. */
export async function recordChanges(redis: Redis, options: RecordOptions): Promise<RecordResult> {
  const { teamKey, changes, dedupMs } = options
  const keys = laneKeys(teamKey)
  const rosterIds = [...new Set(changes.map((change) => change.roster))]
  const numberOf = new Map(rosterIds.map((id, at) => [id, at + 1]))
  const period = Math.floor((options.now ?? Date.now()) / dedupMs)

  const keyList = [
    keys.lease,
    keys.rosters,
    keys.outboxNow,
    keys.outboxInteractive,
    keys.outboxBulk,
    keys.seen(period),
    keys.seen(period - 1),
    keys.revisions,
    keys.closing,
  ]
  for (const id of rosterIds) {
    const roster = keys.roster(id)
    keyList.push(roster.desired, roster.status, roster.index, roster.unindexed, roster.timeline)
  }
  const packed: (string | number | false | undefined)[] = []
  const texts: string[] = []
  for (const change of changes) {
    packed.push(
      numberOf.get(change.roster),
      change.member,
      change.time ?? false,
      change.kind,
      OUTBOX_OF_PRIORITY[change.priority],
      change.digest ?? false,
      change.email === null && change.kind !== 'leave' ? WAITING : PENDING,
    )
    texts.push(tailOf(change), change.timelineEntry)
  }
  const intoClosing = options.intoClosing === true ? 1 : 0
  const head = [options.now ?? '', dedupMs * 2, TIMELINE_KEPT, intoClosing, rosterIds.length, ...rosterIds]
  const args = [...head, JSON.stringify(packed), ...texts]
  const answer = (await script.run(redis, keyList, args)) as [number, string, string, string]
  const [leased, now, outcomes, versions] = answer
  const versionList = versions.split(',')
  return {
    leased: leased === 1,
    now: Number(now),
    changes: changes.map((_, at) => ({
      outcome: OUTCOMES[outcomes[at] as keyof typeof OUTCOMES],
      version: Number(versionList[at]),
    })),
  }
}

/** The end of a record's JSON: what does not change with its version. The step writes it as it is. */
function tailOf(change: MemberChange): string {
  const { member, email, firstName, lastName } = change
  const tail = `,"email":${toJson(email)},"firstName":${toJson(firstName)},"lastName":${toJson(lastName)}`
  // The store makes them where it can (index-entries.lua); it knows no letters but those of ASCII.
  const isPlain = [member, email, firstName, lastName].every((text) => text === null || !NOT_PLAIN.test(text))
  return isPlain ? `${tail}}` : `${tail},"index":${JSON.stringify(indexEntries(change))}}`
}

const NOT_PLAIN = /\P{ASCII}|^\s|\s$/u

const toJson = (text: string | null) => (text === null ? 'null' : JSON.stringify(text))

/** Search and order: by id, by address, by name; lower-cased, the member id behind a NUL. */
function indexEntries(change: MemberChange): string[] {
  const suffix = `\u0000${change.member}`
  const entries = [`i:${change.member.toLowerCase()}${suffix}`]
  // An address that is the id is found by the id.
  if (change.email !== null) entries.push(`e:${emailKey(change.email)}${suffix}`)
  const name = [change.firstName, change.lastName].filter(Boolean).join(' ')
  if (name) entries.push(`n:${name.toLowerCase().slice(0, INDEXED_NAME_LENGTH)}${suffix}`)
  return entries
}
