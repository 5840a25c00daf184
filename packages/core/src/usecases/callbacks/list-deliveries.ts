import type { TellableFact } from '../../domain/delivery.ts'
import type { ListedDelivery, Store } from '../../store/index.ts'
import { getWebhook } from './get-webhook.ts'

/** A page of the deliveries of a webhook, the newest first; `next` is the cursor of the following page. Throws not_found. */
export async function listDeliveries(
  deps: { store: Store },
  webhookId: string,
  query: { limit: number; after: string | undefined; isShown?: (fact: TellableFact) => boolean },
): Promise<{ items: ListedDelivery[]; next: string | null }> {
  await getWebhook(deps, webhookId)
  return deps.store.deliveries(webhookId).list(query)
}
