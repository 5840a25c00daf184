import type { ListedDelivery, Store } from '../../store/index.ts'
import { getWebhook } from './get-webhook.ts'

/** Newest first. Throws not_found. */
export async function listDeliveries(
  deps: { store: Store },
  webhookId: string,
  query: { limit: number; after: string | undefined },
): Promise<{ items: ListedDelivery[]; next: string | null }> {
  await getWebhook(deps, webhookId)
  return deps.store.deliveries(webhookId).list(query)
}
