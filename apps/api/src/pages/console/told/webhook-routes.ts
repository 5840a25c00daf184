import type { Webhook } from '@flightroster/core/domain'
import { isAppError } from '@flightroster/core/errors'
import {
  deleteWebhook,
  describeWebhook,
  getWebhook,
  listDeliveries,
  listWebhooks,
  putWebhook,
  replayDelivery,
  rotateSecret,
  testWebhook,
} from '@flightroster/core/usecases/callbacks'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { webhookBody } from '../../../routes/webhooks/schema.ts'
import type { ApiServer } from '../../../server.ts'
import { ChangedMeanwhile, assertEdition, changedNotice } from '../../edition.ts'
import { readForm } from '../../forms.ts'
import { path, query, type Html } from '../../html.ts'
import { note } from '../../note.ts'
import { errorNotice } from '../../page-errors.ts'
import { CHANGE, OPERATOR_VIEW } from '../../page-config.ts'
import { AlreadyThere, assertNew, secretBytes } from '../../making.ts'
import { doneNotice, newIdFault, takenFault } from '../../record-list.ts'
import { sendHtml } from '../../send-html.ts'
import { readRule, ruleFault } from './rule-form.ts'
import {
  draftOf,
  NEW_WEBHOOK,
  seenOf,
  WEBHOOK_LABELS,
  webhookPage,
  webhooksPage,
  type WebhookDraft,
} from './webhook-pages.ts'
import { paramOf, queryOf, textsOf } from '../../../request-texts.ts'
import { readShape } from '../../../schemas/read-shape.ts'

const PER_PAGE = 50
const webhookIdOf = (request: FastifyRequest) => paramOf(request, 'webhookId')

/** Webhooks as over REST: made, changed, tested, with what was sent and what was answered. For operators: answers may quote anybody. */
export function webhookRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/webhooks', OPERATOR_VIEW, async (request, reply) => {
    return sendList(
      deps,
      request,
      reply,
      NEW_WEBHOOK,
      doneNotice({ delete: 'The webhook was deleted.' }, request.query),
    )
  })

  app.post('/console/webhooks', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const draft = readDraft(request, readForm(request).text('id'))
    const idFault = newIdFault(draft.id)
    if (idFault) return sendList(deps, request, reply, draft, idFault, 422)
    try {
      const bytes = secretBytes(deps, request, `webhook ${draft.id}`)
      const saved = await save(deps, draft, { assertSeen: assertNew, secretBytes: bytes })
      if ('fault' in saved) return sendList(deps, request, reply, draft, saved.fault, 422)
      await note(deps, request, 'webhook.put', `webhook:${draft.id}`)
      return sendOne(deps, request, reply, { secret: saved.secret ?? undefined })
    } catch (error) {
      if (!(error instanceof AlreadyThere)) throw error
      const taken = takenFault('webhook', draft.id, path`/console/webhooks/${draft.id}`)
      return sendList(deps, request, reply, draft, taken, 409)
    }
  })

  app.get('/console/webhooks/:webhookId', OPERATOR_VIEW, async (request, reply) => {
    return sendOne(deps, request, reply, { about: doneNotice(DONE, request.query) })
  })

  app.post('/console/webhooks/:webhookId', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const id = webhookIdOf(request)
    await getWebhook(deps, id)
    const draft = readDraft(request, id)
    try {
      const assertSeen = (current: Webhook) => assertEdition(readForm(request), seenOf(current))
      const saved = await save(deps, draft, { assertSeen })
      if ('fault' in saved) return sendOne(deps, request, reply, { about: saved.fault, draft, status: 422 })
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error
      const about = changedNotice(WEBHOOK_LABELS, draft, draftOf(await getWebhook(deps, id)))
      return sendOne(deps, request, reply, { about, draft, status: 409 })
    }
    await note(deps, request, 'webhook.put', `webhook:${id}`)
    return reply.redirect(path`/console/webhooks/${id}` + query({ done: 'put' }), 303)
  })

  app.post('/console/webhooks/:webhookId/test', CHANGE, async (request, reply) => {
    await testWebhook(deps, webhookIdOf(request))
    return reply.redirect(path`/console/webhooks/${webhookIdOf(request)}` + query({ done: 'test' }), 303)
  })

  app.post('/console/webhooks/:webhookId/rotate-secret', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const { secret } = await rotateSecret(deps, webhookIdOf(request))
    await note(deps, request, 'webhook.rotate-secret', `webhook:${webhookIdOf(request)}`)
    return sendOne(deps, request, reply, { secret })
  })

  app.post('/console/webhooks/:webhookId/delete', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    await deleteWebhook(deps, webhookIdOf(request))
    await note(deps, request, 'webhook.delete', `webhook:${webhookIdOf(request)}`)
    return reply.redirect('/console/webhooks?done=delete', 303)
  })

  app.post('/console/webhooks/:webhookId/deliveries/:deliveryId/replay', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const webhookId = paramOf(request, 'webhookId')
    const deliveryId = paramOf(request, 'deliveryId')
    await replayDelivery(deps, webhookId, deliveryId)
    await note(deps, request, 'delivery.replay', `webhook:${webhookId}`, deliveryId)
    return reply.redirect(path`/console/webhooks/${webhookId}` + query({ done: 'replay' }), 303)
  })
}

const DONE: Record<string, string> = {
  put: 'Saved. The webhook is active, and what waited goes out.',
  test: 'A test is on its way: look again in a moment.',
  replay: 'It is sent once more, under the same webhook-id.',
}

function readDraft(request: FastifyRequest, id: string): WebhookDraft {
  const form = readForm(request)
  const flags = { includeEmail: form.has('includeEmail'), includeLink: form.has('includeLink') }
  return { id, url: form.text('url'), ...readRule(form), ...flags }
}

async function save(
  deps: ApiDeps,
  { id, ...draft }: WebhookDraft,
  how: { assertSeen: (current: Webhook) => void; secretBytes?: Buffer },
): Promise<{ secret: string | null } | { fault: Html }> {
  const parsed = readShape(webhookBody, draft)
  if (!parsed.success) return { fault: ruleFault(parsed.error) }
  try {
    return await putWebhook(deps, { id, ...parsed.data, ...how })
  } catch (error) {
    if (isAppError(error, 'url_not_allowed')) return { fault: errorNotice(error) }
    throw error
  }
}

async function sendList(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  draft: WebhookDraft,
  about?: Html,
  status = 200,
) {
  const webhooks = await Promise.all((await listWebhooks(deps)).map((webhook) => describeWebhook(deps, webhook)))
  const page = webhooksPage({ user: request.user, now: deps.clock.now(), webhooks, draft, notice: about })
  return sendHtml(reply, page, status)
}

async function sendOne(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: { secret?: string; about?: Html | undefined; draft?: WebhookDraft; status?: number },
) {
  // One that was just made stands in no path.
  const id = textsOf(request.params)['webhookId'] ?? readForm(request).text('id')
  const { after } = queryOf(request)
  const webhook = await getWebhook(deps, id)
  const query = { limit: PER_PAGE, after: after !== undefined && /^\d{1,15}$/.test(after) ? after : undefined }
  const { items, next } = await listDeliveries(deps, id, query)
  const page = webhookPage({
    user: request.user,
    now: deps.clock.now(),
    described: await describeWebhook(deps, webhook),
    draft: shown.draft ?? draftOf(webhook),
    deliveries: items,
    next,
    secret: shown.secret,
    notice: shown.about,
  })
  return sendHtml(reply, page, shown.status ?? 200)
}
