import type { ActivityNote } from '../../domain/activity.ts'
import type { Clock } from '../../domain/clock.ts'
import type { AuditEntry, AuditRecord, Store } from '../../store/index.ts'
import { noteRosterActivity } from '../activity/index.ts'

/** Notes who did what. Ids only: never an address, a key or a token. What was done to a roster its activity tells too. `begun`: what `beginAudit` gave. */
export async function audit(
  deps: { store: Pick<Store, 'audit' | 'lane' | 'rosters'>; clock: Clock },
  entry: Omit<AuditEntry, 'at' | 'detail'> & { detail?: string | undefined; requestId?: string | undefined },
  begun?: string,
): Promise<void> {
  const { actor, action, target, detail = '', requestId = '' } = entry
  await deps.store.audit.add({ at: deps.clock.now(), actor, action, target, detail: detail.slice(0, 500) }, begun)
  const note = toNote(action, detail.slice(0, 500))
  if (!note || !target.startsWith(OF_ROSTER)) return
  const roster = await deps.store.rosters.find(target.slice(OF_ROSTER.length))
  if (roster) noteRosterActivity({ store: deps.store, asker: { by: actor, requestId } }, roster, note)
}

const OF_ROSTER = 'roster:'

const SAID: Record<string, ActivityNote | undefined> = {
  'roster.put': { kind: 'settings', text: 'The settings were given.' },
  'roster.pause': { kind: 'settings', text: 'The roster was paused.' },
  'roster.resume': { kind: 'settings', text: 'The roster was resumed.' },
  'roster.delete': { kind: 'settings', text: 'The roster is to be deleted.' },
  'roster.retry': { kind: 'request', text: 'Everybody who failed will be tried again.' },
  'roster.compare': { kind: 'reconcile', text: 'A reconciliation with the group was requested.' },
  'reconciliation.create': { kind: 'reconcile', text: 'A reconciliation with the group was requested.' },
  'reconciliation.approve': { kind: 'reconcile', text: 'A held plan was approved.' },
  'reconciliation.reject': { kind: 'reconcile', text: 'A held plan was rejected.' },
  'plan.approve': { kind: 'reconcile', text: 'A held plan was approved.' },
  'plan.reject': { kind: 'reconcile', text: 'A held plan was rejected.' },
  'apple-webhook.put': { kind: 'settings', text: "Apple's webhook was registered." },
  'apple-webhook.delete': { kind: 'settings', text: "Apple's webhook was taken back." },
}

/** Members are told of one by one, and lists with what they came to: nothing here says it again. */
function toNote(action: string, detail: string): ActivityNote | null {
  const said = SAID[action]
  if (!said) return null
  return detail === '' ? said : { ...said, text: `${said.text} ${detail}` }
}

/** A page of the audit log, the newest entry first. `next`: what `before` has to be for the following page; null at the end. */
export async function listAudit(
  deps: { store: Pick<Store, 'audit'> },
  page: { limit: number; before?: string | undefined },
): Promise<{ items: AuditRecord[]; next: string | null }> {
  return deps.store.audit.list(page.limit, page.before)
}
