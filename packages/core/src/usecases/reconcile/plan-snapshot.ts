import { setImmediate as nextTurn } from 'node:timers/promises'
import { emailKey } from '../../domain/email.ts'
import type { Desired } from '../../domain/member.ts'
import { isSpoiltId } from '../../domain/member-id.ts'
import { createPace } from './pace.ts'
import { addressesOf, createLookAlikes, isSlip, looseIdsOf, type Known } from './look-alikes.ts'

/** One person of a whole roster as upstream sent it. */
export interface SnapshotRow {
  /** Its number in the list. */
  row: number
  /** undefined: the list has none, and the person is looked for by the address. */
  id: string | undefined
  /** null clears what is known, undefined keeps it. */
  email: string | null | undefined
  /** The address before it was undressed, where that is one by itself: a member may have just this. */
  asWritten: string | null
  /** No header says that the first column holds ids. */
  idIsGuessed?: boolean
  firstName: string | null | undefined
  lastName: string | null | undefined
}

/** What is known of the rows that were kept out: nobody leaves because of a row that could not be used. */
export interface RejectedRows {
  /** Rows kept out, without those that merely repeat another. */
  count: number
  /** Member ids, and addresses (lower-cased), that they may mean. */
  ids: ReadonlySet<string>
  addresses: ReadonlySet<string>
  /** Ids with several addresses: on the roster the first row counts; elsewhere nobody knows whom it means. */
  disputed: ReadonlySet<string>
  /** Some row may mean anybody, or the rest of the list could not be told apart into rows. */
  unclear: boolean
}

/** What is recorded of a person; an absent field stays as it is known. */
export interface PlannedRow {
  id: string
  email: string | null | undefined
  firstName: string | null | undefined
  lastName: string | null | undefined
}

/** What a whole list changes, by member. */
export interface SnapshotPlan {
  add: PlannedRow[]
  update: PlannedRow[]
  /** Ids. */
  remove: string[]
  /** Ids of those in `update` whose address is cleared: they leave the group and stay on the roster. */
  clear: string[]
  unchanged: number
  /** Present members before the plan. */
  size: number
  /** Some row may mean anybody, and somebody is in no other row: nobody is removed or cleared by this list. */
  unclear: boolean
  /** Ids of protected members whom it would have removed, or whose address it would have cleared. */
  kept: string[]
  /** Rows that could be judged only beside the roster. */
  keptOut: { row: number; why: 'spoilt' | 'disputed' | 'resembles' | 'address_resembles' | 'unsplit' }[]
}

export interface SnapshotPlanner {
  /** Told of every member there is; twice does no harm. */
  see(id: string, desired: Desired): void
  /** Present members whom no row names so far, where rows without ids are left that may mean them by another address. */
  unsettled(): string[]
  /** Other addresses that a member has, or may have, in the group. */
  seeOtherAddresses(id: string, addresses: readonly string[]): void
  finish(): Promise<SnapshotPlan>
}

/**
 * Pure: what makes the roster equal to the rows as of `at` (ms). Ids are distinct, and so are the addresses of rows without
 * one. Who is protected is not removed, and keeps an address. Whoever changed after `at` is left alone, since the newer fact wins when the plan is recorded. Others have their turn
 * meanwhile: there may be a hundred thousand rows.
 */
export async function createSnapshotPlanner(
  rows: readonly SnapshotRow[],
  rejected: RejectedRows,
  at: number,
  isProtected: (id: string) => boolean = () => false,
  turn: () => Promise<unknown> = nextTurn,
): Promise<SnapshotPlanner> {
  const byId = new Map<string, SnapshotRow>()
  const byAddress = new Map<string, SnapshotRow>()
  const open = new Set<SnapshotRow>()
  const taking = createPace(turn)
  for (const row of rows) {
    open.add(row)
    await taking.pause()
    if (row.id !== undefined) byId.set(row.id, row)
    else for (const key of addressesOf(row)) byAddress.set(key, row)
  }
  const seen = new Set<string>()
  /** Present members whom no row names. */
  const rest = new Map<string, Desired>()
  /** Who was on the roster before, by address. */
  const former = new Map<string, { id: string; desired: Desired }>()
  const plan: SnapshotPlan = {
    add: [],
    update: [],
    remove: [],
    clear: [],
    unchanged: 0,
    size: 0,
    unclear: false,
    kept: [],
    keptOut: [],
  }

  const settle = (told: SnapshotRow, id: string, desired: Desired, sent = told) => {
    open.delete(sent)
    const keepsAddress = told.email === null && desired.present && desired.email !== null && isProtected(id)
    const row = keepsAddress ? { ...told, email: undefined } : told
    if (keepsAddress && desired.time <= at) plan.kept.push(id)
    if (desired.time > at) plan.unchanged++
    else if (!desired.present) plan.add.push(toPlanned(row, id, desired))
    else if (isSame(row, desired)) plan.unchanged++
    else if (isSlip(row, desired)) {
      plan.unchanged++
      plan.keptOut.push({ row: row.row, why: 'address_resembles' })
    } else {
      plan.update.push(toPlanned(row, id, desired))
      if (row.email === null && desired.email !== null) plan.clear.push(id)
    }
  }
  const seeByAddress = (id: string, desired: Desired): boolean => {
    if (byAddress.size === 0 || desired.email === null) return false
    const key = emailKey(desired.email)
    const row = byAddress.get(key)
    if (row === undefined) return false
    // Apple's names, or anybody's who does not know the ids, are no better than those that are known; and two members may share
    // the address.
    if (desired.present) settle({ ...row, firstName: undefined, lastName: undefined }, id, desired, row)
    else if ((former.get(key)?.desired.time ?? -Infinity) <= desired.time) former.set(key, { id, desired })
    return true
  }
  const withoutId = (row: SnapshotRow) => {
    const known = findWithoutId(row, former, rest)
    return known && { row, known }
  }
  const mayMean = (id: string, { email }: Desired) =>
    rejected.ids.has(id) || (email !== null && rejected.addresses.has(emailKey(email)))

  return {
    see(id, desired) {
      if (seen.has(id)) return
      seen.add(id)
      if (desired.present) plan.size++
      const row = byId.get(id)
      if (row) settle(row, id, desired)
      else if (!seeByAddress(id, desired) && desired.present) rest.set(id, desired)
    },
    unsettled: () => (byAddress.size > 0 && open.size > 0 ? [...rest.keys()] : []),
    seeOtherAddresses(id, addresses) {
      const row = addresses.map((email) => byAddress.get(emailKey(email))).find((found) => found !== undefined)
      if (row === undefined || !rest.delete(id)) return
      // On the way from one address to another: the list has the one, and the newer one stays wanted.
      open.delete(row)
      plan.unchanged++
    },
    async finish() {
      const doubt = {
        ids: new Set<string>(),
        addresses: new Set<string>(),
        isLoose: await looseIdsOf(rejected, rest, turn),
      }
      let { unclear } = rejected
      const alike = await createLookAlikes(open, rest, turn)
      const pace = createPace(turn)
      for (const row of open) {
        await pace.pause()
        const found = row.id === undefined ? withoutId(row) : alike.sameAs(row, pace)
        if (found) {
          rest.delete(found.known.id)
          settle(found.row, found.known.id, found.known.desired, row)
          continue
        }
        const id = row.id ?? emailKey(row.email ?? '')
        const resembled = alike.resembled(row, pace)
        const lost = lostId(row, rejected)
        const why = lost ?? resembled?.why
        if (why !== undefined) {
          unclear ||= lost !== undefined
          plan.keptOut.push({ row: row.row, why })
          for (const one of resembled?.ids ?? []) doubt.ids.add(one)
          for (const key of addressesOf(row)) doubt.addresses.add(key)
        } else {
          for (const one of alike.crowd(row)) doubt.ids.add(one)
          plan.add.push(toPlanned(row, id, undefined))
        }
      }
      const isDoubtful = (id: string, desired: Desired) =>
        mayMean(id, desired) ||
        // A list of addresses can't name who has none.
        (byAddress.size > 0 && desired.email === null) ||
        doubt.ids.has(id) ||
        (desired.email !== null && doubt.addresses.has(emailKey(desired.email))) ||
        doubt.isLoose(id)
      plan.unclear = unclear && (plan.clear.length > 0 || hasOlder(rest, at))
      for (const [id, desired] of rest) {
        await pace.pause()
        if (desired.time > at || plan.unclear || isDoubtful(id, desired)) plan.unchanged++
        else if (isProtected(id)) {
          plan.unchanged++
          plan.kept.push(id)
        } else plan.remove.push(id)
      }
      return plan.unclear ? withoutClears(plan) : plan
    },
  }
}

/** Why nobody can tell whose the row is. */
function lostId(
  { id }: SnapshotRow,
  { disputed }: { disputed: ReadonlySet<string> },
): 'spoilt' | 'disputed' | undefined {
  if (id === undefined) return undefined
  if (isSpoiltId(id)) return 'spoilt'
  return disputed.has(id) ? 'disputed' : undefined
}

/** Somebody is in no row, and no newer fact says why. */
function hasOlder(rest: ReadonlyMap<string, Desired>, at: number): boolean {
  for (const { time } of rest.values()) if (time <= at) return true
  return false
}

/** The list can't be trusted to say who has no address any more. */
function withoutClears(plan: SnapshotPlan): SnapshotPlan {
  const cleared = new Set(plan.clear)
  const update = plan.update.map((row) => (cleared.has(row.id) ? { ...row, email: undefined } : row))
  return { ...plan, clear: [], update }
}

/** Who has, or had, the address; or has it as the id, which an earlier list without ids gave. */
function findWithoutId(
  row: SnapshotRow,
  former: ReadonlyMap<string, Known>,
  rest: ReadonlyMap<string, Desired>,
): Known | undefined {
  const keys = addressesOf(row)
  const before = keys.map((key) => former.get(key)).find((found) => found !== undefined)
  if (before) return before
  for (const id of keys) {
    const desired = rest.get(id)
    if (desired) return { id, desired }
  }
  return undefined
}

function isSameAddress(row: SnapshotRow, desired: Desired): boolean {
  if (row.email === undefined) return true
  if (row.email === null || desired.email === null) return row.email === desired.email
  return addressesOf(row).includes(emailKey(desired.email))
}

function isSame(row: SnapshotRow, desired: Desired): boolean {
  return (
    isSameAddress(row, desired) &&
    (row.firstName === undefined || row.firstName === desired.firstName) &&
    (row.lastName === undefined || row.lastName === desired.lastName)
  )
}

function toPlanned(row: SnapshotRow, id: string, desired: Desired | undefined): PlannedRow {
  const { email, firstName, lastName } = row
  // An address that differs in nothing but its dress or case stays as it is known.
  const keeps = desired !== undefined && row.email !== null && isSameAddress(row, desired)
  return { id, email: keeps ? undefined : email, firstName, lastName }
}
