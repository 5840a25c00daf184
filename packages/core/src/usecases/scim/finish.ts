import { inChunks } from '../lists.ts'
import { finishRebinding } from './bind.ts'
import { listDirectories, type ScimDeps } from './directory.ts'
import { settleGroup } from './groups.ts'
import { settleUsers } from './settle.ts'

/** A request that is still at work is given so long. */
const ABANDONED_MS = 30_000
const ONE_AT_A_TIME_MS = 10_000
const CHUNK = 500

/** Finishes what requests began that died on the way: what they kept says what is still to be told. */
export async function finishScim(deps: ScimDeps, abandonedMs = ABANDONED_MS): Promise<void> {
  if (!(await deps.store.takeTask('scim', Math.min(ONE_AT_A_TIME_MS, abandonedMs)))) return
  const abandonedAt = deps.clock.now() - abandonedMs
  for (const [rosterId, names] of await deps.store.scimBindings.rebinding(abandonedAt)) {
    await finishRebinding(deps, rosterId, names)
  }
  for (const directory of await listDirectories(deps)) {
    for (const groupId of await directory.store.unsettledBefore(abandonedAt))
      await settleGroup(deps, directory, groupId)
    const left = await directory.store.touchedBefore(abandonedAt)
    // Whether somebody was named alone is not known any more: the last one of a roster stays until a person decides.
    if (left.length > 0) await settleUsers(deps, directory, inChunks(left, CHUNK), { isWhole: true, isMany: true })
  }
}
