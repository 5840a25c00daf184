import type { Caller } from './paginate.ts'
import { createdDocument, documentOf, readJson, readStatus, webhookResource } from './shapes.ts'
import type { NewWebhook } from './types.ts'

const nothing = readStatus(new Map([[204, true]]))

/** Apple's own webhooks: at most ten an app, none of them about testers or groups. */
export function createWebhookCalls(caller: Caller) {
  return {
    async createWebhook({ appId, name, url, secret, eventTypes }: NewWebhook): Promise<{ id: string }> {
      const body = {
        data: {
          type: 'webhooks',
          attributes: { name, url, secret, eventTypes, enabled: true },
          relationships: { app: { data: { type: 'apps', id: appId } } },
        },
      }
      const read = readJson(createdDocument, ({ data }) => ({ id: data.id }))
      return caller.call({ method: 'POST', path: '/v1/webhooks', body, read })
    },
    /** Throws apple_not_found. */
    async getWebhook(webhookId: string): Promise<{ id: string; url: string | null; enabled: boolean }> {
      const read = readJson(documentOf(webhookResource), ({ data }) => ({
        id: data.id,
        url: data.attributes?.url ?? null,
        enabled: data.attributes?.enabled ?? true,
      }))
      const query = { 'fields[webhooks]': ['url', 'enabled'] }
      return caller.call({ method: 'GET', path: '/v1/webhooks/{id}', id: webhookId, query, read })
    },
    async deleteWebhook(webhookId: string): Promise<void> {
      await caller.call({ method: 'DELETE', path: '/v1/webhooks/{id}', id: webhookId, read: nothing })
    },
  }
}
