import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { emailKey } from '../../domain/email.ts'
import { laneKeys, type LaneKeys } from '../keys.ts'
import { createRosters } from '../roster/rosters.ts'
import { createMembers } from './members.ts'

const PAGE = 500
/** An app has 10,000 testers at most, and Redis keeps a hash of some hundred short fields as one piece of memory. */
export const TESTER_PARTS = 256

/** Where the tester id of an address (lower-cased) is kept: a third of what the address itself would take. */
export function testerPlace(keys: LaneKeys, appId: string, address: string): { key: string; field: string } {
  const digest = hash('sha256', address, 'buffer')
  return { key: keys.testersOf(appId, digest[0] ?? 0), field: digest.toString('base64url', 1, 10) }
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** Apple's ids are UUIDs; any other is kept as it is. */
export function formatTesterId(id: string): string {
  return UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url') : `=${id}`
}

function parseTesterId(text: string): string {
  if (text.startsWith('=')) return text.slice(1)
  const hex = Buffer.from(text, 'base64url').toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Ids of testers by address (lower-cased), as Apple told them last. Where none is known, there may be one. */
export async function findTesterIds(
  redis: Redis,
  { teamKey, appId }: { teamKey: string; appId: string },
  addresses: readonly string[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  if (addresses.length === 0) return ids
  const keys = laneKeys(teamKey)
  const former = keys.testers(appId)
  const parts = new Map<string, { addresses: string[]; fields: string[] }>()
  for (const address of addresses) {
    const { key, field } = testerPlace(keys, appId, address)
    const part = parts.get(key) ?? { addresses: [], fields: [] }
    parts.set(key, part)
    part.addresses.push(address)
    part.fields.push(field)
  }
  const [hasFormer] = await Promise.all([
    redis.exists(former),
    ...[...parts].map(async ([key, part]) => {
      const found = await redis.hmget(key, ...part.fields)
      part.addresses.forEach((address, at) => {
        const text = found[at]
        if (typeof text === 'string') ids.set(address, parseTesterId(text))
      })
    }),
  ])
  if (hasFormer === 0) return ids
  const unknown = addresses.filter((address) => !ids.has(address))
  if (unknown.length === 0) return ids
  const found = await redis.hmget(former, ...unknown)
  for (const [at, address] of unknown.entries()) {
    const id = found[at]
    if (id) ids.set(address, id)
  }
  return ids
}

export async function forgetTesterIds(
  redis: Redis,
  { teamKey, appId }: { teamKey: string; appId: string },
  addresses: readonly string[],
): Promise<void> {
  if (addresses.length === 0) return
  const keys = laneKeys(teamKey)
  const places = addresses.map((address) => testerPlace(keys, appId, address))
  await Promise.all([
    redis.hdel(keys.testers(appId), ...addresses),
    ...places.map(({ key, field }) => redis.hdel(key, field)),
  ])
}

/**
 * Testers' ids by address are kept to save look-ups. An address that no roster of the lane has any more is no business of ours: it is
 * forgotten with its roster, with the move of its roster to another lane, and with whoever is erased, former addresses included.
 * Forgetting one too many costs a look-up. `without`: a roster that is about to go.
 */
export async function forgetUnneededTesters(
  redis: Redis,
  { teamKey, appId, without }: { teamKey: string; appId: string; without?: string },
): Promise<void> {
  const keys = laneKeys(teamKey)
  const ids = (await redis.smembers(keys.rosters)).filter((id) => id !== without)
  const records = await createRosters(redis).findMany(ids)
  const others = ids.filter((id) => records.get(id)?.app.id === appId)
  const [fields, addresses] = [new Set<string>(), new Set<string>()]
  for (const roster of others) {
    let cursor = '0'
    do {
      const page = await createMembers(redis, teamKey, roster).scanDesired(cursor)
      cursor = page.cursor
      for (const { desired } of page.members) {
        if (desired.email === null) continue
        const address = emailKey(desired.email)
        addresses.add(address)
        fields.add(testerPlace(keys, appId, address).field)
      }
    } while (cursor !== '0')
  }
  await dropOthers(redis, keys.testers(appId), addresses)
  const parts = Array.from({ length: TESTER_PARTS }, (_, part) => keys.testersOf(appId, part))
  await Promise.all(parts.map((key) => dropOthers(redis, key, fields)))
}

async function dropOthers(redis: Redis, key: string, needed: ReadonlySet<string>): Promise<void> {
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE)
    cursor = next
    const gone = flat.filter((field, at) => at % 2 === 0 && !needed.has(field)).map(String)
    if (gone.length > 0) await redis.hdel(key, ...gone)
  } while (cursor !== '0')
}
