import type { Clock } from '../../domain/clock.ts'
import { createAudit, type AuditEntry, type Store } from '../../store/index.ts'

/** Notes who did what. Ids only: never an address, a key or a token. */
export async function audit(
  deps: { store: Pick<Store, 'redis'>; clock: Clock },
  entry: Omit<AuditEntry, 'at' | 'detail'> & { detail?: string | undefined },
): Promise<void> {
  const { actor, action, target, detail = '' } = entry
  await createAudit(deps.store.redis).add({ at: deps.clock.now(), actor, action, target, detail: detail.slice(0, 500) })
}
