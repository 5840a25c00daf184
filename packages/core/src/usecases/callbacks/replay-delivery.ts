import type { Clock } from '../../domain/clock.ts'
import type { TellableFact } from '../../domain/delivery.ts'
import { AppError } from '../../errors.ts'
import type { ListedDelivery, Store } from '../../store/index.ts'
import { getActiveWebhook } from './get-webhook.ts'

/** Sends a delivery once more, under the same webhook-id; one that is not the caller's is as good as none. Throws not_found, webhook_disabled. */
export async function replayDelivery(
  deps: { store: Store; clock: Clock },
  webhookId: string,
  deliveryId: string,
  isOwn: (fact: TellableFact) => boolean = () => true,
): Promise<ListedDelivery> {
  await getActiveWebhook(deps, webhookId)
  const deliveries = deps.store.deliveries(webhookId)
  const now = deps.clock.now()
  const known = await deliveries.find(deliveryId)
  const found = known !== undefined && isOwn(known.delivery.fact) && (await deliveries.replay(deliveryId, now))
  await deps.store.deliveryLine.note(webhookId, now)
  const replayed = found ? await deliveries.find(deliveryId) : undefined
  if (!replayed) throw new AppError('not_found', { message: 'There is no such delivery, or it is no longer kept.' })
  return replayed
}
