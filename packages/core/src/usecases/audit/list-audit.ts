import type { AuditRecord, Store } from '../../store/index.ts'

/** Newest first. */
export async function listAudit(
  deps: { store: Pick<Store, 'audit'> },
  page: { limit: number; before?: string | undefined },
): Promise<{ items: AuditRecord[]; next: string | null }> {
  return deps.store.audit.list(page.limit, page.before)
}
