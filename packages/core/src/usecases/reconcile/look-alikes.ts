import { isUsualEmail, looseEmail, readWrittenEmail } from '../../domain/email-dress.ts'
import { emailKey } from '../../domain/email.ts'
import type { Desired } from '../../domain/member.ts'
import { isAlmostSameId, keyOfSent, keysOfKnown } from '../../domain/member-id.ts'
import { createAlikeIds } from './alike-ids.ts'
import { createPace, DEAR, type Pace } from './pace.ts'
import type { RejectedRows, SnapshotPlan, SnapshotRow } from './plan-snapshot.ts'

export interface Known {
  id: string
  desired: Desired
}

export interface LookAlikes {
  /** The member whom a row means though it has another id, and what the row says of them. */
  sameAs(row: SnapshotRow, pace: Pace): { row: SnapshotRow; known: Known } | undefined
  /** Members whom a row may mean: nobody is added or removed for it. */
  resembled(row: SnapshotRow, pace: Pace): { ids: string[]; why: SnapshotPlan['keptOut'][number]['why'] } | undefined
  /** Members of whom so many are alike that a row was not compared with all: none of them leaves. */
  crowd(row: SnapshotRow): string[]
}

/**
 * Members whom no row names (`rest`) beside rows that name nobody (`open`): spreadsheets and people change ids and addresses, and
 * who is thought to be new here and gone there is one person. Others have their turn meanwhile.
 */
export async function createLookAlikes(
  open: ReadonlySet<SnapshotRow>,
  rest: ReadonlyMap<string, Desired>,
  turn: () => Promise<unknown>,
): Promise<LookAlikes> {
  const isOpen = (id: string) => rest.has(id)
  const [ids, addresses, looseAddresses] = [createAlikeIds(isOpen), createAlikeIds(isOpen), createAlikeIds(isOpen)]
  if (open.size > 0) {
    const pace = createPace(turn)
    for (const [id, { email }] of rest) {
      await pace.pause()
      for (const key of keysOfKnown(id)) ids.put(key, id)
      if (email === null) continue
      addresses.put(emailKey(email), id)
      if (!isUsualEmail(email)) pace.spend(DEAR)
      looseAddresses.put(looseEmail(email), id)
    }
  }
  const withAddress = (keys: readonly string[]) => keys.flatMap((key) => addresses.some(key).ids)

  return {
    sameAs(row, pace) {
      const { id: given } = row
      if (given === undefined) return undefined
      const keys = addressesOf(row)
      const holders = withAddress(keys)
      const found = (id: string | undefined, said: SnapshotRow) => {
        const desired = id === undefined ? undefined : rest.get(id)
        return id === undefined || desired === undefined ? undefined : { row: said, known: { id, desired } }
      }
      pace.spend(DEAR * holders.length)
      const alike = holders.find((id) => isAlmostSameId(given, id))
      if (alike !== undefined) return found(alike, row)
      // The list says nothing of addresses, and only one can be meant.
      const [only, ...others] = row.email === undefined ? ids.some(keyOfSent(given)).ids : []
      if (only !== undefined && others.length === 0) return found(only, row)
      // Names, numbers or whatever stand where an id was guessed.
      if (row.idIsGuessed && holders[0] !== undefined) return found(holders[0], onlyAddress(row))
      const written = given.includes('@') ? readWrittenEmail(given).email : null
      if (written === null) return undefined
      const key = emailKey(written)
      if (keys.length > 0 && !keys.includes(key)) return undefined
      return found(addresses.some(key).ids[0], onlyAddress(row))
    },
    resembled(row, pace) {
      if (row.id !== undefined) {
        const key = keyOfSent(row.id)
        if (ids.some(key).ids.length > 0) return { ids: ids.allOnce(key), why: 'resembles' }
        const inside = addressesOf(row).length === 0 && row.id.includes('@') ? readWrittenEmail(row.id) : undefined
        if (inside && inside.email === null && SEPARATED.test(row.id)) {
          const meant = inside.mayBe.flatMap((key) => addresses.allOnce(key))
          return { ids: [...meant, ...row.id.split(SEPARATED)], why: 'unsplit' }
        }
      }
      if (!row.email) return undefined
      if (!isUsualEmail(row.email)) pace.spend(DEAR)
      const loose = looseEmail(row.email)
      const { ids: known } = looseAddresses.some(loose)
      if (known.length === 0 || isShared(row, known)) return undefined
      return { ids: looseAddresses.allOnce(loose), why: 'address_resembles' }
    },
    crowd(row) {
      if (!row.email) return []
      const loose = looseEmail(row.email)
      return looseAddresses.some(loose).areMore ? looseAddresses.allOnce(loose) : []
    },
  }

  /** The very same address under another id is a member of a new id, and no slip. */
  function isShared(row: SnapshotRow, known: readonly string[]): boolean {
    const keys = addressesOf(row)
    return known.every((id) => keys.includes(emailKey(rest.get(id)?.email ?? '')))
  }
}

/** Of an id, whose form costs as much as a plain row. */
const LETTERS_OF_ONE = 16
const SEPARATED = /[,;\t]/

function onlyAddress(row: SnapshotRow): SnapshotRow {
  return { ...row, email: undefined, firstName: undefined, lastName: undefined }
}

/** An address that is like the known one and for what is odd in it: a slip of the list, not a new address. */
export function isSlip({ email }: SnapshotRow, desired: Desired): boolean {
  if (!email || desired.email === null || isUsualEmail(email) || !isUsualEmail(desired.email)) return false
  return looseEmail(email) === looseEmail(desired.email)
}

/**
 * Whether a kept-out id may be this one, as some spreadsheet changed it; only where anybody is left whom it could mean. Others have
 * their turn meanwhile.
 */
export async function looseIdsOf(
  rejected: RejectedRows,
  rest: ReadonlyMap<string, Desired>,
  turn: () => Promise<unknown>,
): Promise<(id: string) => boolean> {
  const sent = new Set<string>()
  if (rest.size === 0) return () => false
  const pace = createPace(turn)
  for (const id of rejected.ids) {
    pace.spend(id.length / LETTERS_OF_ONE)
    await pace.pause()
    sent.add(keyOfSent(id))
  }
  return (id) => sent.size > 0 && keysOfKnown(id).some((key) => sent.has(key))
}

export function addressesOf({ email, asWritten }: SnapshotRow): string[] {
  if (email === null || email === undefined) return []
  return asWritten === null ? [emailKey(email)] : [emailKey(email), emailKey(asWritten)]
}
