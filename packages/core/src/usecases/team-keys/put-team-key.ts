import type { TeamKey } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Sealer } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { sealContext } from './open-session.ts'
import { parsePrivateKey } from './parse-private-key.ts'

/** A team key as a request gives it, its private key in the clear (PEM). */
export interface NewTeamKey {
  id: string
  issuerId: string
  keyId: string
  privateKey: string
}

/**
 * Adds a team key, to which one that was deleted leaves nothing, or replaces it, which is a rotation: rosters, backlog and budget
 * stay. A lane that the former key had stopped goes on with the new one. `isChanged`: it was not this very key before. Throws
 * private_key_invalid, and what `assertSeen` throws of a key that would be replaced.
 */
export async function putTeamKey(
  deps: { store: Store; sealer: Sealer },
  input: NewTeamKey & { assertSeen?: AssertSeen<TeamKey> },
): Promise<{ created: boolean; isChanged: boolean; teamKey: TeamKey }> {
  const privateKey = parsePrivateKey(input.privateKey)
  if (privateKey === undefined) throw new AppError('private_key_invalid', { details: { pointer: '/privateKey' } })
  // By the store's clock, which all processes share: which of two keys is the newer one is known by it.
  const now = Math.floor(await deps.store.time())
  const record: TeamKey = {
    v: 1,
    id: input.id,
    issuerId: input.issuerId,
    keyId: input.keyId,
    sealedPrivateKey: deps.sealer.seal(privateKey, sealContext(input.id)),
    createdAt: now,
    updatedAt: now,
  }
  const lane = deps.store.lane(input.id)
  // A visit may have been under way when its former was deleted.
  const formerAt = await lane.keyAt()
  if (!(await deps.store.teamKeys.find(input.id)) && (await lane.isKnown())) await lane.forget(formerAt)
  if (await deps.store.teamKeys.insert(record)) {
    await lane.putStanding({}, { at: now, isMade: true })
    return { created: true, isChanged: true, teamKey: record }
  }
  let isChanged = true
  const replaced = await deps.store.teamKeys.update(input.id, (known) => {
    input.assertSeen?.(known)
    isChanged = !isSame(deps.sealer, known, record)
    return { ...record, createdAt: known.createdAt, updatedAt: Math.max(now, known.updatedAt + 1) }
  })
  if (!replaced) throw new AppError('conflict')
  await lane.putStanding({ status: 'unchecked', problem: null, blocked: null }, { at: replaced.updatedAt, isNew: true })
  await deps.store.ready.ring(input.id)
  return { created: false, isChanged, teamKey: replaced }
}

/** One that was sealed with a key we no longer have is another. */
function isSame(sealer: Sealer, known: TeamKey, record: TeamKey): boolean {
  if (known.issuerId !== record.issuerId || known.keyId !== record.keyId) return false
  const open = ({ id, sealedPrivateKey }: TeamKey) => sealer.open(sealedPrivateKey, sealContext(id))
  try {
    return open(known) === open(record)
  } catch {
    return false
  }
}
