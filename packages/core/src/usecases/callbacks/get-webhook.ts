import type { EndpointHealth, Webhook } from '../../domain/webhook.ts'
import { AppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'

/** A webhook and how its endpoint does. */
export interface WebhookDescription {
  webhook: Webhook
  health: EndpointHealth
}

/** One webhook. Throws not_found. */
export async function getWebhook(deps: { store: Store }, id: string): Promise<Webhook> {
  const webhook = await deps.store.webhooks.find(id)
  if (!webhook) throw webhookNotFound(id)
  return webhook
}

/** The error of a webhook that is not there. */
export const webhookNotFound = (id: string) =>
  new AppError('not_found', { message: `There is no webhook "${id}".`, details: { webhook: id } })

/** Reads how the endpoint of a webhook does. */
export async function describeWebhook(deps: { store: Store }, webhook: Webhook): Promise<WebhookDescription> {
  return { webhook, health: await deps.store.deliveries(webhook.id).health() }
}

/** All webhooks, those of every token among them: the caller leaves out what nobody may see. */
export function listWebhooks(deps: { store: Store }): Promise<Webhook[]> {
  return deps.store.webhooks.list()
}

/** Throws not_found, or webhook_disabled where nothing is sent to it. */
export async function getActiveWebhook(deps: { store: Store }, id: string): Promise<Webhook> {
  const webhook = await getWebhook(deps, id)
  const { disabledAt } = await deps.store.deliveries(id).health()
  if (disabledAt !== null) throw new AppError('webhook_disabled', { details: { webhook: id } })
  return webhook
}
