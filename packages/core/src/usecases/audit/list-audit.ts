import type { AuditRecord, Store } from '../../store/index.ts'

/** A page of the audit log, the newest entry first. `next`: what `before` has to be for the following page; null at the end. */
export async function listAudit(
  deps: { store: Pick<Store, 'audit'> },
  page: { limit: number; before?: string | undefined },
): Promise<{ items: AuditRecord[]; next: string | null }> {
  return deps.store.audit.list(page.limit, page.before)
}
