import type { Clock } from '../../domain/clock.ts'
import type { AuditEntry, Store } from '../../store/index.ts'

interface BeginDeps {
  store: Pick<Store, 'audit'>
  clock: Clock
}

/** Notes what somebody is about to change, so that it is told though this process dies before it can tell what came of it. Gives its id. */
export function beginAudit({ store, clock }: BeginDeps, entry: Omit<AuditEntry, 'at'>): Promise<string> {
  return store.audit.begin({ ...entry, at: clock.now(), detail: entry.detail.slice(0, 500) })
}

/** No request takes that long: whoever began it is dead. */
const DEAD_AFTER_MS = 15 * 60_000
const UNKNOWN = 'It is not known whether this was carried out: its process ended.'

/** Tells of changes whose process died, with what is known of them. */
export async function tellUnended({ store, clock }: BeginDeps): Promise<void> {
  for (const [id, entry] of await store.audit.unended(clock.now() - DEAD_AFTER_MS)) {
    const detail = entry.detail === '' ? UNKNOWN : `${entry.detail} ${UNKNOWN}`
    await store.audit.add({ ...entry, detail }, id, true)
  }
}
