import type { Clock } from '../../domain/clock.ts'
import { AppError } from '../../errors.ts'
import { createDeliveries, createDeliveryLine, type ListedDelivery, type Store } from '../../store/index.ts'
import { getActiveWebhook } from './get-webhook.ts'

/** Sends a delivery once more, under the same webhook-id. Throws not_found, webhook_disabled. */
export async function replayDelivery(
  deps: { store: Store; clock: Clock },
  webhookId: string,
  deliveryId: string,
): Promise<ListedDelivery> {
  await getActiveWebhook(deps, webhookId)
  const deliveries = createDeliveries(deps.store.redis, webhookId)
  const now = deps.clock.now()
  const found = await deliveries.replay(deliveryId, now)
  await createDeliveryLine(deps.store.redis).note(webhookId, now)
  const replayed = found ? await deliveries.find(deliveryId) : undefined
  if (!replayed) throw new AppError('not_found', { message: 'There is no such delivery, or it is kept no longer.' })
  return replayed
}
