import type { Store } from '../../store/index.ts'
import { getWebhook } from './get-webhook.ts'

/** Takes a webhook out with everything that was on its way to it. Throws not_found. */
export async function deleteWebhook(deps: { store: Store }, id: string): Promise<void> {
  await getWebhook(deps, id)
  // First: whoever dies on the way leaves a webhook that can be deleted again.
  await deps.store.deliveries(id).destroy()
  await deps.store.webhooks.delete(id)
  await deps.store.deliveries(id).destroy()
  await deps.store.deliveryLine.forget(id)
}
