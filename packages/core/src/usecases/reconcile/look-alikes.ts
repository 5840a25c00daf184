import { setImmediate as breathe } from 'node:timers/promises'
import { isUsualEmail, looseEmail, readWrittenEmail } from '../../domain/email-dress.ts'
import { emailKey } from '../../domain/email.ts'
import type { Desired } from '../../domain/member.ts'
import { isAlmostSameId, isMadeOf, looseMemberId } from '../../domain/member-id.ts'
import type { RejectedRows, SnapshotPlan, SnapshotRow } from './plan-snapshot.ts'

/** Members looked at before others have their turn. */
const AT_ONCE = 2_000

export interface Known {
  id: string
  desired: Desired
}

export interface LookAlikes {
  /** The member whom a row means though it has another id, and what the row says of them. */
  sameAs(row: SnapshotRow): { row: SnapshotRow; known: Known } | undefined
  /** Members whom a row may mean: nobody is added or removed for it. */
  resembled(row: SnapshotRow): { ids: string[]; why: SnapshotPlan['keptOut'][number]['why'] } | undefined
}

/**
 * Members whom no row names (`rest`) beside rows that name nobody (`open`): spreadsheets and people change ids and addresses, and
 * who is thought to be new here and gone there is one person.
 */
export async function createLookAlikes(
  open: ReadonlySet<SnapshotRow>,
  rest: ReadonlyMap<string, Desired>,
): Promise<LookAlikes> {
  const ids = new Map<string, string[]>()
  const addresses = new Map<string, string[]>()
  const looseAddresses = new Map<string, string[]>()
  const put = (map: Map<string, string[]>, key: string, id: string) => {
    const list = map.get(key)
    if (list) list.push(id)
    else map.set(key, [id])
  }
  if (open.size > 0) {
    let looked = 0
    for (const [id, { email }] of rest) {
      if (++looked % AT_ONCE === 0) await breathe()
      put(ids, looseMemberId(id), id)
      if (email === null) continue
      put(addresses, emailKey(email), id)
      put(looseAddresses, looseEmail(email), id)
    }
  }
  /** Whoever was settled by a row before is no longer open to another. */
  const among = (map: Map<string, string[]>, key: string) => (map.get(key) ?? []).filter((id) => rest.has(id))
  const withAddress = (keys: readonly string[]) => keys.flatMap((key) => among(addresses, key))
  const byId = (id: string) => among(ids, looseMemberId(id)).filter((known) => isMadeOf(id, known))

  return {
    sameAs(row) {
      const { id: given } = row
      if (given === undefined) return undefined
      const keys = addressesOf(row)
      const holders = withAddress(keys)
      const found = (id: string | undefined, said: SnapshotRow) => {
        const desired = id === undefined ? undefined : rest.get(id)
        return id === undefined || desired === undefined ? undefined : { row: said, known: { id, desired } }
      }
      const alike = holders.find((id) => isAlmostSameId(given, id))
      if (alike !== undefined) return found(alike, row)
      // The list says nothing of addresses, and only one can be meant.
      const [only, ...others] = row.email === undefined ? byId(given) : []
      if (only !== undefined && others.length === 0) return found(only, row)
      // Names, numbers or whatever stand where an id was guessed.
      if (row.idIsGuessed && holders[0] !== undefined) return found(holders[0], onlyAddress(row))
      const written = given.includes('@') ? readWrittenEmail(given).email : null
      if (written === null) return undefined
      const key = emailKey(written)
      if (keys.length > 0 && !keys.includes(key)) return undefined
      return found(among(addresses, key)[0], onlyAddress(row))
    },
    resembled(row) {
      if (row.id !== undefined) {
        const alike = byId(row.id)
        if (alike.length > 0) return { ids: alike, why: 'resembles' }
        const inside = addressesOf(row).length === 0 && row.id.includes('@') ? readWrittenEmail(row.id) : undefined
        if (inside && inside.email === null && SEPARATED.test(row.id)) {
          return { ids: [...withAddress(inside.mayBe), ...row.id.split(SEPARATED)], why: 'unsplit' }
        }
      }
      if (!row.email) return undefined
      const known = among(looseAddresses, looseEmail(row.email))
      return known.length > 0 && !isShared(row, known) ? { ids: known, why: 'address_resembles' } : undefined
    },
  }

  /** The very same address under another id is a member of a new id, and no slip. */
  function isShared(row: SnapshotRow, known: readonly string[]): boolean {
    const keys = addressesOf(row)
    return known.every((id) => keys.includes(emailKey(rest.get(id)?.email ?? '')))
  }
}

const SEPARATED = /[,;\t]/

function onlyAddress(row: SnapshotRow): SnapshotRow {
  return { ...row, email: undefined, firstName: undefined, lastName: undefined }
}

/** An address that is like the known one and for what is odd in it: a slip of the list, not a new address. */
export function isSlip({ email }: SnapshotRow, desired: Desired): boolean {
  if (!email || desired.email === null || isUsualEmail(email) || !isUsualEmail(desired.email)) return false
  return looseEmail(email) === looseEmail(desired.email)
}

/** Whether a kept-out id may be this one, as some spreadsheet changed it; only where anybody is left whom it could mean. */
export function looseIdsOf(rejected: RejectedRows, rest: ReadonlyMap<string, Desired>): (id: string) => boolean {
  const loose = new Map<string, string[]>()
  if (rest.size > 0) {
    for (const id of rejected.ids) loose.set(looseMemberId(id), [...(loose.get(looseMemberId(id)) ?? []), id])
  }
  return (id) => (loose.get(looseMemberId(id)) ?? []).some((sent) => isMadeOf(sent, id))
}

export function addressesOf({ email, asWritten }: SnapshotRow): string[] {
  if (email === null || email === undefined) return []
  return asWritten === null ? [emailKey(email)] : [emailKey(email), emailKey(asWritten)]
}
