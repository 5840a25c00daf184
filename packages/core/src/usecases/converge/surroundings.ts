import { isOwn } from '../../domain/former-addresses.ts'
import { isReclaimed, type Observed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord, Store } from '../../store/index.ts'
import { distinct } from '../lists.ts'

/** Who else wants an address: members of one roster with one address are one tester, and an app's rosters share its testers. */
export interface Surroundings {
  wantedHere(roster: Roster, member: string, key: string): boolean
  /** The same, and one of them is still on the way to the group. */
  comingHere(roster: Roster, member: string, key: string): boolean
  wantedElsewhere(roster: Roster, key: string): boolean
  /** Somebody with this address is known to be in the group of another roster of the app: one person, one seat. */
  isSeated(roster: Roster, key: string): boolean
  /** A present fellow member with this address who is known to be in the group. */
  twin(roster: Roster, member: string, key: string): Observed | null
}

/** What is read already, by roster and member id. */
export type KnownRecords = Map<string, ReadonlyMap<string, MemberRecord>>

/** An address (lower-cased) that a turn may be about. */
export interface Address {
  roster: Roster
  key: string
}

/** Reads, in few round trips, every member of the app's rosters who has one of these addresses. */
export async function readSurroundings(
  store: Store,
  rosters: Roster[],
  addresses: ReadonlyMap<string, readonly Address[]>,
  known: KnownRecords,
): Promise<Surroundings> {
  const wishes = new Map<string, MemberRecord[]>()
  await Promise.all(
    rosters.map(async (roster) => {
      const keys = distinct((addresses.get(roster.app.id) ?? []).map(({ key }) => key))
      const members = store.members(roster.teamKey, roster.id)
      const holders = await members.withAddresses(keys)
      const records = new Map(known.get(roster.id))
      const unread = new Set(holders.flat().filter((id) => !records.has(id)))
      for (const record of await members.findMany([...unread])) if (record) records.set(record.id, record)
      keys.forEach((key, at) => {
        const found = (holders[at] ?? []).map((id) => records.get(id)).filter((record) => record !== undefined)
        // Whose seat was taken back wants none.
        const wish = found.filter(({ desired, observed }) => desired.present && !isReclaimed(desired, observed))
        wishes.set(wishKey(roster, key), wish)
      })
    }),
  )
  const wishesOf = (roster: Roster, key: string) => wishes.get(wishKey(roster, key)) ?? []
  const others = (roster: Roster, member: string, key: string) =>
    wishesOf(roster, key).filter(({ id }) => id !== member)
  const elsewhere = ({ id, app }: Roster, key: string) =>
    rosters.filter((other) => other.id !== id && other.app.id === app.id).flatMap((other) => wishesOf(other, key))
  return {
    wantedHere: (roster, member, key) => others(roster, member, key).length > 0,
    comingHere: (roster, member, key) => others(roster, member, key).some(({ status }) => status === 'pending'),
    wantedElsewhere: (roster, key) => elsewhere(roster, key).length > 0,
    isSeated: (roster, key) => elsewhere(roster, key).some(({ observed }) => isInBy(observed, key)),
    twin: (roster, member, key) =>
      others(roster, member, key).find(({ observed }) => isInBy(observed, key))?.observed ?? null,
  }
}

/** Known to be in the group by this address (lower-cased), and not on the way out: a removal of ours may have been carried out. */
export function isInBy(observed: Observed | null, key: string): boolean {
  if (!observed?.confirmed || !isOwn(observed, key)) return false
  const kind = observed.writing?.kind
  return kind !== 'remove' && kind !== 'remove_app'
}

function wishKey(roster: Roster, key: string): string {
  return `${roster.id}\0${key}`
}
