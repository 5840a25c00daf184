import { emailKey } from '../../domain/email.ts'
import { isReclaimed, type Observed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord, Store } from '../../store/index.ts'

/** Who else wants an address: members of one roster with one address are one tester, and an app's rosters share its testers. */
export interface Surroundings {
  wantedHere(roster: Roster, member: string, key: string): boolean
  /** The same, and one of them is still on the way to the group. */
  comingHere(roster: Roster, member: string, key: string): boolean
  wantedElsewhere(roster: Roster, key: string): boolean
  /** Somebody with this address is known to be in the group of another roster of the app: one person, one seat. */
  isSeated(roster: Roster, key: string): boolean
  /** When another member's removal of this address from the app was sent to Apple last (ms); null where none is under way. */
  leavesAppSince(roster: Roster, member: string, key: string): number | null
  /** A present fellow member with this address who is known to be in the group. */
  twin(roster: Roster, member: string, key: string): Observed | null
}

/** What is read already, by roster and member id. */
export type KnownRecords = Map<string, ReadonlyMap<string, MemberRecord>>

interface Wish {
  member: string
  observed: Observed | null
  isPending: boolean
}

/** A removal at app level that was sent, and is not known to be over. */
interface Removal {
  appId: string
  roster: string
  member: string
  key: string
  since: number
}

/** Reads, in few round trips, every member of the app's rosters who has one of these addresses. */
export async function readSurroundings(
  store: Store,
  rosters: Roster[],
  addresses: { roster: Roster; key: string }[],
  known: KnownRecords,
): Promise<Surroundings> {
  const keysOfApp = new Map<string, Set<string>>()
  for (const { roster, key } of addresses) {
    const keys = keysOfApp.get(roster.app.id) ?? new Set<string>()
    keys.add(key)
    keysOfApp.set(roster.app.id, keys)
  }
  const wishes = new Map<string, Wish[]>()
  const removals: Removal[] = []
  await Promise.all(
    rosters.map(async (roster) => {
      const keys = [...(keysOfApp.get(roster.app.id) ?? [])]
      const members = store.members(roster.teamKey, roster.id)
      const holders = await members.withAddresses(keys)
      const records = new Map(known.get(roster.id))
      const unread = new Set(holders.flat().filter((id) => !records.has(id)))
      for (const record of await members.findMany([...unread])) if (record) records.set(record.id, record)
      keys.forEach((key, at) => {
        const found = (holders[at] ?? []).map((id) => records.get(id)).filter((record) => record !== undefined)
        // Whose seat was taken back wants none.
        const present = found.filter(({ desired, observed }) => desired.present && !isReclaimed(desired, observed))
        wishes.set(
          wishKey(roster, key),
          present.map(({ id, observed, status }) => ({ member: id, observed, isPending: status === 'pending' })),
        )
        for (const { id, observed } of found) {
          const { kind, email, at: since } = observed?.writing ?? {}
          if (kind !== 'remove_app' || since === undefined || email === undefined || emailKey(email) !== key) continue
          removals.push({ appId: roster.app.id, roster: roster.id, member: id, key, since })
        }
      })
    }),
  )
  return {
    wantedHere: (roster, member, key) => othersOf(wishes, roster, member, key).length > 0,
    comingHere: (roster, member, key) => othersOf(wishes, roster, member, key).some(({ isPending }) => isPending),
    wantedElsewhere: (roster, key) =>
      rosters.some(
        (other) =>
          other.id !== roster.id &&
          other.app.id === roster.app.id &&
          (wishes.get(wishKey(other, key)) ?? []).length > 0,
      ),
    isSeated: (roster, key) =>
      rosters.some(
        (other) =>
          other.id !== roster.id &&
          other.app.id === roster.app.id &&
          (wishes.get(wishKey(other, key)) ?? []).some(
            ({ observed }) => observed?.confirmed && observed.email !== null && emailKey(observed.email) === key,
          ),
      ),
    leavesAppSince(roster, member, key) {
      const others = removals.filter(
        (removal) =>
          removal.appId === roster.app.id &&
          removal.key === key &&
          (removal.roster !== roster.id || removal.member !== member),
      )
      return others.length === 0 ? null : Math.max(...others.map(({ since }) => since))
    },
    twin(roster, member, key) {
      const inGroup = othersOf(wishes, roster, member, key).find(
        ({ observed }) => observed?.confirmed && observed.email !== null && emailKey(observed.email) === key,
      )
      return inGroup?.observed ?? null
    },
  }
}

function othersOf(wishes: Map<string, Wish[]>, roster: Roster, member: string, key: string): Wish[] {
  return (wishes.get(wishKey(roster, key)) ?? []).filter((wish) => wish.member !== member)
}

function wishKey(roster: Roster, key: string): string {
  return `${roster.id}\0${key}`
}
