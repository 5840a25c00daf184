import { createHmac, randomUUID } from 'node:crypto'
import type { WebhookRecord } from './records.ts'

/** Apple's event types, as a webhook subscribes to them. */
export const webhookEventTypes: readonly string[] = [
  'ALTERNATIVE_DISTRIBUTION_PACKAGE_AVAILABLE_UPDATED',
  'ALTERNATIVE_DISTRIBUTION_PACKAGE_VERSION_CREATED',
  'ALTERNATIVE_DISTRIBUTION_TERRITORY_AVAILABILITY_UPDATED',
  'APP_STORE_VERSION_APP_VERSION_STATE_UPDATED',
  'BACKGROUND_ASSET_VERSION_APP_STORE_RELEASE_STATE_UPDATED',
  'BACKGROUND_ASSET_VERSION_EXTERNAL_BETA_RELEASE_STATE_UPDATED',
  'BACKGROUND_ASSET_VERSION_INTERNAL_BETA_RELEASE_CREATED',
  'BACKGROUND_ASSET_VERSION_STATE_UPDATED',
  'BETA_FEEDBACK_CRASH_SUBMISSION_CREATED',
  'BETA_FEEDBACK_SCREENSHOT_SUBMISSION_CREATED',
  'BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED',
  'BUILD_UPLOAD_STATE_UPDATED',
]

/** A webhook that was sent, and how it was answered. */
export interface Delivery {
  id: string
  webhookId: string
  type: string
  /** 0: no answer. */
  status: number
}

/** Calls the registered URLs, signed as Apple signs: an HMAC over the raw body, and no timestamp. */
export class WebhookSender {
  readonly deliveries: Delivery[] = []
  #inFlight = new Set<Promise<unknown>>()

  send(
    webhook: WebhookRecord,
    type: string,
    instance: { type: string; id: string },
    attributes: Record<string, unknown>,
    now: number,
  ): Promise<Delivery> {
    const id = randomUUID()
    const body = JSON.stringify({
      data: {
        type,
        id,
        version: 1,
        attributes: { ...attributes, timestamp: new Date(now).toISOString() },
        relationships: { instance: { data: instance } },
      },
    })
    const sending = this.post(webhook, body).then((status) => {
      const delivery = { id, webhookId: webhook.id, type, status }
      this.deliveries.push(delivery)
      return delivery
    })
    this.#inFlight.add(sending)
    void sending.finally(() => this.#inFlight.delete(sending))
    return sending
  }

  /** Posts a body as it is, with its right signature: also how a test sends one twice. */
  async post(webhook: WebhookRecord, body: string): Promise<number> {
    const signature = createHmac('sha256', webhook.secret).update(body).digest('hex')
    try {
      const answer = await fetch(webhook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-apple-signature': `hmacsha256=${signature}` },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(10_000),
      })
      await answer.body?.cancel()
      return answer.status
    } catch {
      return 0
    }
  }

  /** Waits for what is on its way. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#inFlight)
  }
}
