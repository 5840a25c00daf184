import { createAudit, type AuditRecord, type Store } from '../../store/index.ts'

/** Newest first. */
export async function listAudit(
  deps: { store: Pick<Store, 'redis'> },
  page: { limit: number; before?: string | undefined },
): Promise<{ items: AuditRecord[]; next: string | null }> {
  return createAudit(deps.store.redis).list(page.limit, page.before)
}
