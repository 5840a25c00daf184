import { emailKey } from '../../domain/email.ts'
import type { Observed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord, Store } from '../../store/index.ts'

/** Who else wants an address: members of one roster with one address are one tester, and an app's rosters share its testers. */
export interface Surroundings {
  wantedHere(roster: Roster, member: string, key: string): boolean
  wantedElsewhere(roster: Roster, key: string): boolean
  /** A present fellow member with this address who is known to be in the group. */
  twin(roster: Roster, member: string, key: string): Observed | null
}

/** What is read already, by roster and member id. */
export type KnownRecords = Map<string, ReadonlyMap<string, MemberRecord>>

interface Wish {
  member: string
  observed: Observed | null
}

/** Reads, in few round trips, every present member of the app's rosters who has one of these addresses. */
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
  await Promise.all(
    rosters.map(async (roster) => {
      const keys = [...(keysOfApp.get(roster.app.id) ?? [])]
      const members = store.members(roster.teamKey, roster.id)
      const holders = await members.withAddresses(keys)
      const records = new Map(known.get(roster.id))
      const unread = new Set(holders.flat().filter((id) => !records.has(id)))
      for (const record of await members.findMany([...unread])) if (record) records.set(record.id, record)
      keys.forEach((key, at) => {
        const present = (holders[at] ?? []).flatMap((id) => {
          const record = records.get(id)
          return record?.desired.present ? [{ member: id, observed: record.observed }] : []
        })
        wishes.set(wishKey(roster, key), present)
      })
    }),
  )
  return {
    wantedHere: (roster, member, key) => othersOf(wishes, roster, member, key).length > 0,
    wantedElsewhere: (roster, key) =>
      rosters.some(
        (other) =>
          other.id !== roster.id &&
          other.app.id === roster.app.id &&
          (wishes.get(wishKey(other, key)) ?? []).length > 0,
      ),
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
