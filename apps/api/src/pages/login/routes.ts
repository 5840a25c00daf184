import { audit } from '@flightroster/core/usecases/audit'
import { logIn, logOut, networkOf, type LogInOutcome } from '@flightroster/core/usecases/sessions'
import type { ApiDeps } from '../../deps.ts'
import { deviceOf, setDeviceCookie, setSessionCookie } from '../../plugins/sessions.ts'
import type { ApiServer } from '../../server.ts'
import { readForm } from '../forms.ts'
import type { Html } from '../html.ts'
import { sendHtml } from '../send-html.ts'
import { loginPage, noUsersPage, tooMany, wrongPassword } from './page.ts'
import { queryOf } from '../../request-texts.ts'

const MAX_PASSWORD = 1_024

export function loginRoutes(app: ApiServer, deps: ApiDeps): void {
  const open = { schema: { hide: true }, config: { scope: 'public', page: 'open' } } as const
  // Told from the start: the first ones of a series that begins with them are no increase to whoever counts.
  for (const outcome of ['in', 'refused', 'wait'] as const) deps.metrics.logins.inc({ outcome }, 0)
  const hasUsers = () => deps.dashboard.users.length > 0

  app.get('/login', open, async (request, reply) => {
    const { next } = queryOf(request)
    return hasUsers() ? sendHtml(reply, loginPage({ next: toOwnPath(next) })) : sendHtml(reply, noUsersPage(), 403)
  })

  app.post('/login', { ...open, config: { ...open.config, takesBody: true } }, async (request, reply) => {
    if (!hasUsers()) return sendHtml(reply, noUsersPage(), 403)
    deps.health.assertReachable()
    const form = readForm(request)
    const [name, next] = [form.text('name'), toOwnPath(form.raw('next'))]
    const password = form.raw('password').slice(0, MAX_PASSWORD)
    const { store, clock, dashboard } = deps
    const outcome = await logIn(
      { store, clock, sealer: deps.sealer, passwords: dashboard.passwords, dashboardUsers: dashboard.users },
      { name, password, address: request.ip, device: deviceOf(request), endOthers: form.has('elsewhere') },
    )
    deps.metrics.logins.inc({ outcome: outcome.kind })
    if (outcome.kind === 'in') {
      setSessionCookie(reply, outcome.token, deps.publicUrl)
      setDeviceCookie(reply, outcome.device, deps.publicUrl)
      await audit(deps, { actor: `user:${outcome.user.name}`, action: 'session.login', target: 'pages' })
      return reply.redirect(next, 303)
    }
    // Only the name of an account there is: what else was typed may be anything, a password too.
    const user = dashboard.users.find((known) => known.name === name)?.name ?? null
    const line = { event: 'login.refused', kind: outcome.kind, user, network: networkOf(request.ip) }
    request.log.warn(line, 'login.refused')
    const { status, problem } = explain(outcome)
    if (outcome.kind === 'wait') void reply.header('retry-after', Math.ceil(outcome.retryAfterMs / 1000))
    return sendHtml(reply, loginPage({ next, problem, name }), status)
  })

  app.post(
    '/logout',
    { schema: { hide: true }, config: { scope: 'public', page: 'viewer', takesBody: true } },
    async (request, reply) => {
      if (request.sessionToken !== undefined) await logOut(deps, request.sessionToken)
      setSessionCookie(reply, null, deps.publicUrl)
      return reply.redirect('/login', 303)
    },
  )
}

function explain(outcome: Exclude<LogInOutcome, { kind: 'in' }>): { status: number; problem: Html } {
  switch (outcome.kind) {
    case 'refused':
      return { status: 401, problem: wrongPassword() }
    case 'wait':
      return { status: 429, problem: tooMany(Math.ceil(outcome.retryAfterMs / 1_000)) }
  }
}

/** Only ever to a page of ours. */
function toOwnPath(next: unknown): string {
  // A header holds printable ASCII: whatever else a path has comes percent-encoded from a browser.
  const isOwn = typeof next === 'string' && /^\/(console|lanes|dashboard)(?=$|[/?])[\x21-\x5b\x5d-\x7e]*$/.test(next)
  return isOwn ? next : '/console'
}
