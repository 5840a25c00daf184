import { randomUUID } from 'node:crypto'
import type { Clock } from '../../domain/clock.ts'
import type { TestFact } from '../../domain/delivery.ts'
import type { ListedDelivery, Store } from '../../store/index.ts'
import { getActiveWebhook, webhookNotFound } from './get-webhook.ts'
import { makeDelivery } from '../deliveries/make-delivery.ts'

/** Sends a `webhook.test`, whatever types the webhook asks for. Throws not_found, webhook_disabled. */
export async function testWebhook(deps: { store: Store; clock: Clock }, id: string): Promise<ListedDelivery> {
  const { createdAt } = await getActiveWebhook(deps, id)
  const now = deps.clock.now()
  const unique = randomUUID()
  const fact: TestFact = { type: 'webhook.test', webhook: id, at: now }
  // A subject of its own: one test never waits for another.
  const delivery = makeDelivery(`msg_${unique.replaceAll('-', '')}`, fact, `test-${unique}`, now)
  const added = await deps.store.deliveries(id).add([delivery], now, createdAt)
  if (added === null) throw webhookNotFound(id)
  await deps.store.deliveryLine.note(id, now)
  return { delivery, nextAttemptAt: now }
}
