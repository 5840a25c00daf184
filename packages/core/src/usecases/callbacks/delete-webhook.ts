import type { Webhook } from '../../domain/webhook.ts'
import type { Store } from '../../store/index.ts'
import { getWebhook, webhookNotFound } from './get-webhook.ts'

/** Takes a webhook out with everything that was on its way to it. `isOwn`: whose it is at the end counts. Throws not_found. */
export async function deleteWebhook(
  deps: { store: Store },
  id: string,
  isOwn: (known: Webhook) => boolean = () => true,
): Promise<void> {
  const found = await getWebhook(deps, id)
  if (!isOwn(found)) throw webhookNotFound(id)
  const { createdAt } = found
  const deliveries = deps.store.deliveries(id)
  // First: whoever dies on the way leaves a webhook that can be deleted again.
  await deliveries.destroy(createdAt)
  await deps.store.webhooks.deleteIf(id, (known) => known.createdAt === createdAt && isOwn(known))
  await deliveries.destroy(createdAt)
}
