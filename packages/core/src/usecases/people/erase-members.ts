import type { TesterRow } from '@flightroster/app-store-connect'
import { emailKey } from '../../domain/email.ts'
import type { Erasure } from '../../domain/erasure.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry } from '../../domain/timeline.ts'
import type { MemberRecord, Store } from '../../store/index.ts'
import { recordAndWake } from '../intake/index.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { removeLingering } from '../reconcile/apply-comparison.ts'
import { eraseRecord, isOut } from './forget-left.ts'

export const eraseTask = (id: string) => `erase:${id}`

/** More than are ever kept of one roster. */
const ALL = 10_000
const SOON_MS = 2_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** How long after an erasure its next look at the logs of callbacks comes so soon: [until, every]. Later, each hour: a delivery is tried for three days. */
const LOOKS: readonly (readonly [number, number])[] = [
  [20_000, 5_000],
  [HOUR_MS, MINUTE_MS],
]

/**
 * Carries an erasure on, whoever died on the way: each member leaves, and once Apple has let it go, every trace goes. One that
 * came back meanwhile is a new member: only its history goes. Null once nobody is left.
 */
export async function eraseMembers(visit: Visit, id: string): Promise<number | null> {
  const { store, clock } = visit.deps
  const erasures = store.lane(visit.teamKey).erasures
  const erasure = await erasures.find(id)
  if (!erasure) return null
  if (erasure.refs) return forgetCallbacks(visit, erasure, erasure.refs)
  const roster = await store.rosters.find(erasure.roster)
  // What is forgotten here would be brought along by a move that goes on.
  if (roster?.moving) return clock.now() + SOON_MS
  if (roster && roster.teamKey !== visit.teamKey) return handOver(visit, erasure, roster.teamKey)
  const left = roster ? await eraseEach(visit, roster, erasure) : 0
  // A reading under way may have read the person before they left; it ends, or is forgotten within a day.
  const isRead = roster && (await store.lane(visit.teamKey).roster(roster.id).readings.names(erasure.email))
  if (left > 0 || isRead) return nextTry(erasure, clock.now())
  if (roster) {
    const { teamKey } = visit
    await forgetInPlans(store, teamKey, erasure)
    // Former addresses too: nobody has them any more.
    await store.lane(teamKey).forgetUnneededTesters(roster.app.id)
  }
  await store.lane(visit.teamKey).roster(erasure.roster).activity.forget(new Set(erasure.members))
  const refs = erasure.members.map((member) => visit.deps.toRef(erasure.roster, member))
  const rest: Erasure = { ...erasure, members: [], email: '', refs, requestedAt: clock.now() }
  await erasures.put(rest)
  return forgetCallbacks(visit, rest, refs)
}

/** Whoever asked for it was slower than a move of the roster: nobody is here any more. */
async function handOver({ teamKey, deps: { store } }: Visit, erasure: Erasure, to: string): Promise<null> {
  await store.lane(to).erasures.begin(erasure, eraseTask(erasure.id))
  await store.ready.ring(to)
  await store.lane(teamKey).erasures.end(erasure.id)
  return null
}

/**
 * Logs of callbacks name a member by its own id. What is still on its way is told first, and forgotten at a later look; where nothing
 * is, the erasure is complete.
 */
async function forgetCallbacks(visit: Visit, erasure: Erasure, refs: string[]): Promise<number | null> {
  const { id, requestedAt } = erasure
  const { store, clock, toRef } = visit.deps
  const erasures = store.lane(visit.teamKey).erasures
  const webhooks = await store.webhooks.list()
  // Before the logs are looked at: a fact is there until it stands in all of them.
  const isUntold = await erasures.hasUntold((roster, member) => refs.includes(toRef(roster, member)))
  let left = webhooks.length > 0 && isUntold ? 1 : 0
  for (const webhook of webhooks) {
    for (const ref of refs) left += (await store.deliveries(webhook.id).forgetAbout(ref)).left
  }
  // Never told as complete while a trace is left: one that was sent again by hand is tried for three days more.
  if (left > 0) return clock.now() + untilNextLook(clock.now() - requestedAt)
  if (erasure.person !== undefined) {
    const part = { id, roster: erasure.roster, teamKey: visit.teamKey, doneAt: clock.now() }
    await store.personErasures.putPart(erasure.person, part)
  }
  await erasures.end(id)
  return null
}

function untilNextLook(age: number): number {
  return LOOKS.find(([until]) => age < until)?.[1] ?? HOUR_MS
}

/** Returns how many are not erased yet. */
async function eraseEach(visit: Visit, roster: Roster, erasure: Erasure): Promise<number> {
  const erasures = visit.deps.store.lane(visit.teamKey).erasures
  const records = await visit.deps.store.members(visit.teamKey, roster.id).findMany(erasure.members)
  const lingering = await findLingering(visit, roster, erasure, records)
  let left = 0
  for (const record of records) {
    if (!record) continue
    if (record.desired.present) {
      if (record.desired.at > erasure.requestedAt) {
        await erasures.dropHistory(roster.id, record.id)
        continue
      }
      await recordLeave(visit, roster, record, erasure.requestedAt)
      left++
    } else if (lingering.has(record.id)) {
      left++
    } else if (!isOut(record) || !(await eraseRecord(visit, roster, record))) {
      if (record.status === 'failed') await tryAgain(visit, roster, record)
      left++
    }
  }
  return left
}

/**
 * Nobody is forgotten whom the group still shows: whoever reads "removed" is asked for by address once more. One who is there, and
 * not only because reads lag our own writes, is taken out first. A read that fails ends this try; a later one asks again.
 */
async function findLingering(
  visit: Visit,
  roster: Roster,
  erasure: Erasure,
  records: (MemberRecord | undefined)[],
): Promise<ReadonlySet<string>> {
  const out = records.filter((record) => record !== undefined).filter(isOut)
  const addressesOf = ({ desired, observed }: MemberRecord) => [
    desired.email ?? erasure.email,
    ...(observed?.former ?? []).map(({ email }) => email),
  ]
  const emails = out.flatMap(addressesOf).filter((email) => email !== '')
  if (emails.length === 0 || roster.blocked?.code === 'group_gone') return new Set()
  const rows = await sessionOf(visit).findGroupMembers({ groupId: roster.group.id, emails: [...new Set(emails)] })
  const shown = new Map(rows.flatMap((row) => (row.email === null ? [] : [[emailKey(row.email), row] as const])))
  const members = visit.deps.store.members(visit.teamKey, roster.id)
  const lingering: { record: MemberRecord; row: TesterRow }[] = []
  for (const { record, key } of out.flatMap((one) =>
    addressesOf(one).map((email) => ({ record: one, key: emailKey(email) })),
  )) {
    const row = shown.get(key)
    if (!row) continue
    // Somebody else of this roster has the address by now: the seat is theirs.
    const holders = await members.findMany(await members.withAddress(key))
    if (holders.some((holder) => holder?.desired.present)) continue
    lingering.push({ record, row })
  }
  const wroteAt = await visit.deps.store.lane(visit.teamKey).reconciliations.wroteAt(roster.id)
  const isSettled = wroteAt + visit.deps.settings.quietAfterWriteMs <= visit.deps.clock.now()
  if (isSettled) await removeLingering(visit, roster, lingering)
  return new Set(lingering.map(({ record }) => record.id))
}

/** Where whoever asked for it died before the leave was recorded. Never older than what decided last, or it would not count. */
async function recordLeave(visit: Visit, roster: Roster, { id, desired }: MemberRecord, at: number): Promise<void> {
  await recordAndWake(visit.deps, visit.teamKey, [
    {
      roster: roster.id,
      member: id,
      kind: 'leave',
      email: null,
      firstName: null,
      lastName: null,
      time: Math.max(at, desired.time),
      priority: 'interactive',
      digest: undefined,
      timelineEntry: formatEntry({ t: at, k: 'left', o: 'api' }),
    },
  ])
}

async function tryAgain(visit: Visit, roster: Roster, { id }: MemberRecord): Promise<void> {
  const { lane, clock, toRef } = visit.deps
  const now = clock.now()
  await lane.requestWork({
    roster: roster.id,
    born: roster.createdAt,
    member: id,
    ref: toRef(roster.id, id),
    flag: 'fresh',
    entry: { t: now, k: 'retry', o: 'api' },
    priority: 'interactive',
  })
}

/** Plans of whole rosters name the members they remove: counts stay, names go, also where somebody else changes a plan meanwhile. */
export async function forgetInPlans(
  store: Store,
  teamKey: string,
  { roster, members, email }: Pick<Erasure, 'roster' | 'members' | 'email'>,
): Promise<void> {
  const reconciliations = store.lane(teamKey).reconciliations
  const gone = new Set(members)
  const { items } = await reconciliations.list(roster, ALL)
  for (const head of items) {
    let plan: Reconciliation | undefined = await reconciliations.withNames(head)
    while (plan) {
      const without = withoutNames(plan, gone, email)
      if (!without || (await reconciliations.replace(plan, without))) break
      plan = await reconciliations.find(head.id)
    }
  }
}

const NAMING = ['removals', 'unmanaged', 'added', 'updated', 'cleared', 'kept', 'idle'] as const

/** Undefined where the plan names nobody of them. */
function withoutNames(plan: Reconciliation, gone: ReadonlySet<string>, email: string): Reconciliation | undefined {
  const others = (ids: string[] | undefined) => ids?.filter((id) => !gone.has(id))
  const named = {
    removals: plan.removals.filter((id) => !gone.has(id)),
    unmanaged: plan.unmanaged.filter((tester) => tester.email === null || emailKey(tester.email) !== email),
    added: others(plan.added),
    updated: others(plan.updated),
    cleared: others(plan.cleared),
    kept: plan.kept?.filter(({ id }) => !gone.has(id)),
    idle: plan.idle?.filter(({ id }) => !gone.has(id)),
  }
  if (NAMING.every((list) => named[list]?.length === plan[list]?.length)) return undefined
  const known = Object.fromEntries(Object.entries(named).filter(([, list]) => list !== undefined))
  return { ...plan, ...known }
}

/** Soon at first, then as seldom as a refusal that only time mends deserves. */
function nextTry({ requestedAt }: Erasure, now: number): number {
  const age = now - requestedAt
  if (age < MINUTE_MS) return now + SOON_MS
  return now + (age < 60 * MINUTE_MS ? MINUTE_MS : 10 * MINUTE_MS)
}
