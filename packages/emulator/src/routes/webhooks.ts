import { randomUUID } from 'node:crypto'
import { entityError } from '../errors.ts'
import { done } from '../operation.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import type { WebhookRecord } from '../records.ts'
import { unknownRelated } from '../refusals.ts'
import { findApp, findWebhook } from '../resources.ts'
import { single } from '../serialize.ts'
import { webhookEventTypes } from '../webhook-sender.ts'
import { instance, pathRow, toMany } from './related.ts'

const webhooksPerApp = 10

type WebhookAttributes = Pick<WebhookRecord, 'enabled' | 'eventTypes' | 'name' | 'secret' | 'url'>

function checkEventTypes(given: string[] | undefined): void {
  const unknown = given?.find((type) => !webhookEventTypes.includes(type))
  if (unknown === undefined) return
  throw entityError('ATTRIBUTE.INVALID', '/data/attributes/eventTypes', `'${unknown}' is not a valid value`, {
    violation: true,
  })
}

function create(call: Call): Answer {
  const attributes = call.body.attributes as unknown as WebhookAttributes
  const appId = call.body.relationships.app?.[0]?.id ?? ''
  if (!findApp(appId, call)) throw unknownRelated('app', 'apps', appId)
  checkEventTypes(attributes.eventTypes)
  const ofApp = [...call.world.webhooks.values()].filter((webhook) => webhook.appId === appId)
  if (ofApp.length >= webhooksPerApp) {
    const detail = `You have reached the limit of ${webhooksPerApp} webhooks for this app.`
    throw entityError('RELATIONSHIP.INVALID', '/data/relationships/app', detail)
  }
  const webhook: WebhookRecord = { ...attributes, id: randomUUID(), appId, seq: call.world.nextSeq() }
  call.world.webhooks.set(webhook.id, webhook)
  call.world.onChange()
  return { status: 201, body: single('webhooks', webhook, call) }
}

function update(call: Call): Answer {
  const webhook = pathRow<WebhookRecord>(call, 'webhooks')
  const attributes = call.body.attributes as Partial<WebhookAttributes>
  checkEventTypes(attributes.eventTypes)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) Object.assign(webhook, { [name]: value })
  }
  call.world.onChange()
  return { status: 200, body: single('webhooks', webhook, call) }
}

function ping(call: Call): Answer {
  const id = call.body.relationships.webhook?.[0]?.id ?? ''
  const webhook = findWebhook(id, call)
  if (!webhook) throw unknownRelated('webhook', 'webhooks', id)
  const pingId = randomUUID()
  void call.webhookSender.send(webhook, 'webhookPingCreated', { type: 'webhookPings', id: pingId }, {}, call.now)
  const self = `${call.base}/v1/webhookPings`
  return {
    status: 201,
    body: { data: { type: 'webhookPings', id: pingId, links: { self: `${self}/${pingId}` } }, links: { self } },
  }
}

const settable = {
  enabled: { type: 'boolean' },
  eventTypes: { type: 'strings' },
  name: { type: 'string' },
  secret: { type: 'string' },
  url: { type: 'uri' },
} as const

const required = Object.fromEntries(Object.entries(settable).map(([name, one]) => [name, { ...one, required: true }]))
const nullable = Object.fromEntries(Object.entries(settable).map(([name, one]) => [name, { ...one, nullable: true }]))

export const webhookOperations: Operation[] = [
  {
    method: 'POST',
    path: '/v1/webhooks',
    body: {
      kind: 'entity',
      type: 'webhooks',
      attributes: required as Record<keyof typeof settable, { type: 'string'; required: true }>,
      relationships: { app: { type: 'apps', required: true } },
    },
    handle: create,
  },
  ...toMany('apps', 'webhooks', 'webhooks'),
  instance('webhooks', { include: ['app'], fields: ['webhooks', 'apps'] }),
  {
    method: 'PATCH',
    path: '/v1/webhooks/{id}',
    body: {
      kind: 'entity',
      type: 'webhooks',
      withId: true,
      attributes: nullable as Record<keyof typeof settable, { type: 'string'; nullable: true }>,
    },
    handle: update,
  },
  {
    method: 'DELETE',
    path: '/v1/webhooks/{id}',
    handle: (call) => {
      call.world.webhooks.delete(pathRow<WebhookRecord>(call, 'webhooks').id)
      call.world.onChange()
      return done
    },
  },
  {
    method: 'POST',
    path: '/v1/webhookPings',
    body: {
      kind: 'entity',
      type: 'webhookPings',
      relationships: { webhook: { type: 'webhooks', required: true } },
    },
    handle: ping,
  },
]
