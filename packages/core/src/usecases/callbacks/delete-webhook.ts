import { createDeliveries, createDeliveryLine, createWebhooks, type Store } from '../../store/index.ts'
import { getWebhook } from './get-webhook.ts'

/** Takes a webhook out with everything that was on its way to it. Throws not_found. */
export async function deleteWebhook(deps: { store: Store }, id: string): Promise<void> {
  await getWebhook(deps, id)
  await createWebhooks(deps.store.redis).delete(id)
  await createDeliveries(deps.store.redis, id).destroy()
  await createDeliveryLine(deps.store.redis).forget(id)
}
