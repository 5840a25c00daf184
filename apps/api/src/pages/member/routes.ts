import { AppError, isAppError } from '@flightroster/core/errors'
import {
  askForInvitation,
  giveAddress,
  leaveRoster,
  limitMemberPage,
  openMemberLink,
  type OpenedLink,
} from '@flightroster/core/usecases/member-link'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { toKnownError } from '../../plugins/to-problem.ts'
import { STATUS_OF } from '../../plugins/statuses.ts'
import { readForm } from '../forms.ts'
import { sendHtml } from '../send-html.ts'
import { leavePage, MEMBER_STYLE, MEMBER_STYLE_PATH, memberOwnPage, troublePage, voidPage, type Note } from './page.ts'
import { chooseWords, type Words } from './words/index.ts'
import { paramOf, queryOf } from '../../request-texts.ts'

const VIEW = { schema: { hide: true }, config: { scope: 'public', page: 'open' } } as const
const CHANGE = { schema: { hide: true }, config: { scope: 'public', page: 'open', takesBody: true } } as const
const DONE = ['address', 'same', 'invitation', 'left'] as const

interface Visit {
  link: OpenedLink
  token: string
  words: Words
}

/** The member's own page: for whoever has the link, and about that one member alone. */
export function memberPageRoutes(app: ApiServer, deps: ApiDeps): void {
  app.register(async (scope: ApiServer) => {
    scope.addHook('onSend', async (_request, reply) => {
      void reply.headers({ 'x-robots-tag': 'noindex, nofollow', vary: 'accept-language' })
    })
    // In the member's language, and without a way into the rest of the product.
    scope.setErrorHandler((error, request, reply) => {
      const known = toKnownError(error, request)
      if (!known) request.log.error({ err: error, route: request.routeOptions.url }, 'page.failed')
      const code = known?.code ?? 'internal'
      request.problemCode = code
      const words = wordsFor(request)
      if (known?.retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(known.retryAfterMs / 1000))
      const text = code === 'rate_limited' ? words.problems.too_often : words.problems.failed
      return sendHtml(reply, troublePage(words, text), STATUS_OF[code])
    })
    addRoutes(scope, deps)
  })
}

function addRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(MEMBER_STYLE_PATH, VIEW, async (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type('text/css; charset=utf-8')
      .send(MEMBER_STYLE),
  )

  app.get('/m/:token', VIEW, (request, reply) =>
    visit(deps, request, reply, async ({ link, token, words }) => {
      const { done } = queryOf(request)
      const kind = DONE.find((one) => one === done)
      const note: Note | undefined = kind && { kind: 'done', text: words.done[kind] }
      return sendHtml(reply, memberOwnPage(words, link, token, note))
    }),
  )

  app.post('/m/:token/address', CHANGE, (request, reply) =>
    visit(deps, request, reply, async ({ link, token, words }) => {
      assertIn(link)
      deps.health.assertTakesWrites()
      const given = await giveAddress(askedBy(deps, request, 'member'), link, readForm(request).text('email'))
      if (given === 'invalid') {
        const note: Note = { kind: 'bad', text: words.problems.address }
        return sendHtml(reply, memberOwnPage(words, link, token, note), 422)
      }
      return reply.redirect(`/m/${token}?done=${given === 'same' ? 'same' : 'address'}`, 303)
    }),
  )

  app.post('/m/:token/invitation', CHANGE, (request, reply) =>
    visit(deps, request, reply, async ({ link, token }) => {
      assertIn(link)
      deps.health.assertTakesWrites()
      await askForInvitation(askedBy(deps, request, 'member'), link)
      return reply.redirect(`/m/${token}?done=invitation`, 303)
    }),
  )

  app.get('/m/:token/leave', VIEW, (request, reply) =>
    visit(deps, request, reply, async ({ link, token, words }) =>
      link.record.desired.present ? sendHtml(reply, leavePage(words, link, token)) : reply.redirect(`/m/${token}`, 303),
    ),
  )

  app.post('/m/:token/leave', CHANGE, (request, reply) =>
    visit(deps, request, reply, async ({ link, token, words }) => {
      // Asked twice: a form that was sent without the question is answered by it.
      if (readForm(request).text('confirm') !== 'yes') return sendHtml(reply, leavePage(words, link, token))
      deps.health.assertTakesWrites()
      if (link.record.desired.present) await leaveRoster(askedBy(deps, request, 'member'), link)
      return reply.redirect(`/m/${token}?done=left`, 303)
    }),
  )
}

async function visit(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (visit: Visit) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const words = wordsFor(request)
  deps.health.assertReachable()
  const token = paramOf(request, 'token')
  const link = await openMemberLink(deps, token)
  if (!link) return sendHtml(reply, voidPage(words), 410)
  try {
    await limitMemberPage(deps, link, 'page')
    return await answer({ link, token, words })
  } catch (error) {
    if (!isAppError(error, 'rate_limited')) throw error
    request.problemCode = error.code
    void reply.header('retry-after', Math.ceil((error.retryAfterMs ?? 60_000) / 1000))
    return sendHtml(reply, memberOwnPage(words, link, token, { kind: 'bad', text: words.problems.too_often }), 429)
  }
}

/** Who has left comes back by whoever invited them, not by an old link. */
function assertIn({ record }: OpenedLink): void {
  if (!record.desired.present) throw new AppError('conflict')
}

const wordsFor = ({ headers }: FastifyRequest) => chooseWords(headers['accept-language'])
