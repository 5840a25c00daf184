import { ERROR_RULES, AppError } from '@flightroster/core/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import { STATUS_OF } from '../plugins/statuses.ts'
import { toKnownError } from '../plugins/to-problem.ts'
import type { ApiServer } from '../server.ts'
import { html, type Html } from './html.ts'
import { layout, notice } from './layout.ts'
import { createPathStripper } from '../plugins/public-path.ts'
import { loginPage, noUsersPage } from './login/page.ts'

/** Refusals as pages: with the way on, not as JSON. */
export function usePageErrors(app: ApiServer, deps: ApiDeps): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toKnownError(error, request)
    if (!known) request.log.error({ err: error, route: request.routeOptions.url }, 'page.failed')
    return sendPageError(known ?? new AppError('internal'), request, reply, deps)
  })
}

function sendPageError(error: AppError, request: FastifyRequest, reply: FastifyReply, deps: ApiDeps): FastifyReply {
  request.problemCode = error.code
  void reply.code(STATUS_OF[error.code])
  if (error.retryAfterMs !== undefined)
    void reply.header('retry-after', Math.max(1, Math.ceil(error.retryAfterMs / 1000)))
  // Bull Board's scripts read JSON.
  if (request.routeOptions.config.hasScripts && request.url.includes('/api/')) {
    return reply.type('application/json; charset=utf-8').send(boardError(error))
  }
  void reply.type('text/html; charset=utf-8')
  if (error.code === 'unauthenticated') {
    if (deps.dashboard.users.length === 0) return reply.code(403).send(noUsersPage())
    if (request.method === 'GET') return reply.send(loginPage({ next: request.url }))
    return reply.send(loginPage({ next: pageOf(request, deps.publicUrl), problem: sessionEnded() }))
  }
  // Who only looks has given nothing that could be lost, or kept.
  const onlyLooks = error.code === 'store_unavailable' && request.method === 'GET'
  const title = onlyLooks ? 'This page can’t be read now.' : ERROR_RULES[error.code].title
  return reply.send(
    layout({
      title,
      user: request.user ?? undefined,
      body: html`<h1>${title}</h1>
        ${onlyLooks ? notice('problem', 'The store does not answer.', html`<p>Nothing is lost. Try again in a moment.</p>`) : errorNotice(error)}
        <p><a href="/console">To the rosters</a></p>`,
    }),
  )
}

/** The page that a form stood on. The log-in leads to pages of ours alone, whatever a header says. */
function pageOf({ headers: { referer } }: FastifyRequest, publicUrl: string | undefined): string {
  if (referer === undefined || !URL.canParse(referer)) return '/console'
  const { pathname, search } = new URL(referer)
  return createPathStripper(publicUrl)({ url: pathname + search })
}

const sessionEnded = () =>
  notice(
    'problem',
    'Your session has ended, so nothing that you sent was saved.',
    html`<p>
      Log in, and you are back on the page that you came from. What you typed there is gone: to keep it, go back in this
      browser first and copy it.
    </p>`,
  )

/** What went wrong and what to do, in sentences. */
export function errorNotice(error: AppError): Html {
  const { title, action } = ERROR_RULES[error.code]
  return notice(
    'problem',
    error.message === title ? title : error.message,
    html`<p>${ACTIONS[error.code] ?? action}</p>`,
  )
}

/** Where the words for callers of the API would not help on a page. */
const ACTIONS: Partial<Record<AppError['code'], string>> = {
  scope_missing: 'Log in as an operator to change something.',
  not_found: 'Go back to the rosters and choose from there.',
  request_invalid: 'Correct it and send the form again.',
  internal: 'Try again. If the error stays, read the log of the API.',
  store_unavailable: 'Check in a moment whether it was done. If not, do it again.',
}

function boardError(error: AppError): string {
  const key =
    error.code === 'unauthenticated' || error.code === 'scope_missing'
      ? 'ERRORS.FORBIDDEN'
      : 'ERRORS.INTERNAL_SERVER_ERROR'
  return JSON.stringify({ error: { key }, message: error.message })
}
