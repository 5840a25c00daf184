import type { z } from 'zod'
import { listAll, PAGE_SIZE, type Caller } from './paginate.ts'
import { createdDocument, readJson, readStatus, webhookDocument, webhookResource } from './shapes.ts'
import type { NewWebhook, WebhookRow } from './types.ts'

const FIELDS = { 'fields[webhooks]': ['url', 'enabled'] }
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
    listWebhooks: (appId: string): Promise<WebhookRow[]> =>
      listAll(caller, {
        path: '/v1/apps/{id}/webhooks',
        id: appId,
        query: { ...FIELDS, limit: PAGE_SIZE },
        row: webhookResource,
        toRow: toWebhook,
      }),
    /** Throws apple_not_found. */
    async getWebhook(webhookId: string): Promise<WebhookRow> {
      const read = readJson(webhookDocument, ({ data }) => toWebhook(data))
      return caller.call({ method: 'GET', path: '/v1/webhooks/{id}', id: webhookId, query: FIELDS, read })
    },
    /** Has Apple post there, signed with this secret. Throws apple_not_found. */
    async updateWebhook(webhookId: string, { url, secret }: Pick<NewWebhook, 'url' | 'secret'>): Promise<void> {
      const body = { data: { type: 'webhooks', id: webhookId, attributes: { url, secret, enabled: true } } }
      const read = readJson(createdDocument, () => {})
      await caller.call({ method: 'PATCH', path: '/v1/webhooks/{id}', id: webhookId, body, read })
    },
    async deleteWebhook(webhookId: string): Promise<void> {
      await caller.call({ method: 'DELETE', path: '/v1/webhooks/{id}', id: webhookId, read: nothing })
    },
  }
}

function toWebhook({ id, attributes }: z.output<typeof webhookResource>): WebhookRow {
  return { id, url: attributes?.url ?? null, enabled: attributes?.enabled ?? true }
}
