import type { DashboardUser } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { DEVICE_MS, findSession } from '@flightroster/core/usecases/sessions'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'
import { isChange } from './page-security.ts'

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

const COOKIE = 'flightroster_session'
const DEVICE_COOKIE = 'flightroster_device'
/** Forms that change nothing but the caller's own session. */
const OWN_SESSION = new Set(['/login', '/logout'])

/** Server-side sessions. A viewer can change nothing, whatever a route says. */
export function useSessions(app: ApiServer, deps: ApiDeps): void {
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
  const token = readCookie(request, COOKIE, /^[\w-]{43}$/)
  if (token === undefined) return undefined
  request.sessionToken = token
  return findSession({ store: deps.store, clock: deps.clock, dashboardUsers: deps.dashboard.users }, token)
}

function readCookie(request: FastifyRequest, wanted: string, form: RegExp): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=')
    if (name === wanted && value !== undefined && form.test(value)) return value
  }
  return undefined
}

/** What the browser was given when somebody logged in with it before; it opens nothing by itself. */
export const deviceOf = (request: FastifyRequest) => readCookie(request, DEVICE_COOKIE, /^[\w.-]{20,1000}$/)

/** Marks the browser as one that has logged in before, for half a year. */
export function setDeviceCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  device: string,
  publicUrl: string | undefined,
): void {
  const parts = [`${DEVICE_COOKIE}=${device}`, 'Path=/', 'HttpOnly', 'SameSite=Strict', `Max-Age=${DEVICE_MS / 1_000}`]
  if (isSecure(request, publicUrl)) parts.push('Secure')
  void reply.header('set-cookie', parts.join('; '))
}

/** `publicUrl`: browsers come by it, so its scheme counts where no proxy says how they came. */
const isSecure = (request: FastifyRequest, publicUrl: string | undefined) =>
  request.origin.startsWith('https:') || publicUrl?.startsWith('https:') === true

/** Begins a session of the browser; null ends it. */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string | null,
  publicUrl: string | undefined,
): void {
  const parts = [`${COOKIE}=${token ?? ''}`, 'Path=/', 'HttpOnly', 'SameSite=Strict']
  if (isSecure(request, publicUrl)) parts.push('Secure')
  if (token === null) parts.push('Max-Age=0')
  void reply.header('set-cookie', parts.join('; '))
}
