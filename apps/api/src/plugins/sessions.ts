import type { DashboardUser } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { DEVICE_MS, findSession } from '@flightroster/core/usecases/sessions'
import cookies from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'
import { isChange } from './page-security.ts'
import { publicPath } from './public-path.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may open a page. `open`: anybody. */
    page?: 'open' | 'viewer' | 'operator'
  }
  interface FastifyRequest {
    /** Set on every page that is not open. */
    user: DashboardUser
    sessionToken: string | undefined
  }
}

const SESSION = { cookie: 'flightroster_session', form: /^[\w-]{43}$/ }
const DEVICE = { cookie: 'flightroster_device', form: /^[\w.-]{20,1000}$/ }
/** Forms that change nothing but the caller's own session. */
const OWN_SESSION = new Set(['/login', '/logout'])

/** Server-side sessions. A viewer can change nothing, whatever a route says. */
export async function useSessions(app: ApiServer, deps: ApiDeps): Promise<void> {
  await app.register(cookies)
  app.decorateRequest('user', null as unknown as DashboardUser)
  app.decorateRequest('sessionToken', undefined)
  app.addHook('onRoute', (route) => {
    if (route.config?.page === undefined) throw new Error(`${route.url} does not say who may open it; set config.page.`)
  })
  app.addHook('onRequest', async (request) => {
    const { page } = request.routeOptions.config
    if (page === 'open') return
    deps.health.assertReachable()
    const user = await userOf(request, deps)
    if (!user) throw new AppError('unauthenticated', { message: 'Log in first.' })
    request.user = user
    const mustOperate = page === 'operator' || (isChange(request) && !OWN_SESSION.has(request.routeOptions.url ?? ''))
    if (mustOperate && user.role !== 'operator') {
      throw new AppError('scope_missing', { message: 'A viewer can look at everything and change nothing.' })
    }
  })
}

async function userOf(request: FastifyRequest, deps: ApiDeps): Promise<DashboardUser | undefined> {
  const token = readCookie(request, SESSION)
  if (token === undefined) return undefined
  request.sessionToken = token
  return findSession({ store: deps.store, clock: deps.clock, dashboardUsers: deps.dashboard.users }, token)
}

function readCookie({ cookies }: FastifyRequest, { cookie, form }: typeof SESSION): string | undefined {
  const value = cookies[cookie]
  return value !== undefined && form.test(value) ? value : undefined
}

/** What the browser was given when somebody logged in with it before; it opens nothing by itself. */
export const deviceOf = (request: FastifyRequest) => readCookie(request, DEVICE)

/** Marks the browser as one that has logged in before, for half a year. */
export function setDeviceCookie(reply: FastifyReply, device: string, publicUrl: string | undefined): void {
  void reply.setCookie(DEVICE.cookie, device, { ...attributes(reply, publicUrl), maxAge: DEVICE_MS / 1_000 })
}

/** Begins a session of the browser; null ends it. */
export function setSessionCookie(reply: FastifyReply, token: string | null, publicUrl: string | undefined): void {
  const ends = token === null ? { maxAge: 0 } : {}
  void reply.setCookie(SESSION.cookie, token ?? '', { ...attributes(reply, publicUrl), ...ends })
}

/** `publicUrl`: browsers come by it, so its scheme counts where no proxy says how they came. */
const attributes = ({ request }: FastifyReply, publicUrl: string | undefined) => ({
  path: publicPath(publicUrl) || '/',
  httpOnly: true,
  sameSite: 'strict' as const,
  secure: request.origin.startsWith('https:') || publicUrl?.startsWith('https:') === true,
})
