import type { Store } from '../../store/index.ts'
import { getWebhook } from './get-webhook.ts'

/** Takes a webhook out with everything that was on its way to it. Throws not_found. */
export async function deleteWebhook(deps: { store: Store }, id: string): Promise<void> {
  const { createdAt } = await getWebhook(deps, id)
  const deliveries = deps.store.deliveries(id)
  // First: whoever dies on the way leaves a webhook that can be deleted again.
  await deliveries.destroy(createdAt)
  await deps.store.webhooks.deleteIf(id, (known) => known.createdAt === createdAt)
  await deliveries.destroy(createdAt)
}
