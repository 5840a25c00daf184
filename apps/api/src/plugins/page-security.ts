import { AppError } from '@flightroster/core/errors'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Bull Board and the reference, the only pages with scripts. */
    hasScripts?: boolean
  }
}

const COMMON = ["form-action 'self'", "frame-ancestors 'none'", "base-uri 'self'", "img-src 'self' data:"]
const NO_SCRIPTS = ["default-src 'none'", "style-src 'self'", ...COMMON].join('; ')
// Bull Board sets styles from its scripts; scripts themselves come from files of ours alone.
const OWN_SCRIPTS = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "font-src 'self' data:",
  ...COMMON,
].join('; ')

const HEADERS = {
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // A form of a page without a referrer would send the origin "null".
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

const READS = new Set(['GET', 'HEAD'])

/** Whether a request may change something: whatever is not a GET or HEAD. */
export const isChange = (request: FastifyRequest) => !READS.has(request.method)

/** Headers of every page; a change is taken only from a page of ours. */
export function usePageSecurity(app: ApiServer, deps: Pick<ApiDeps, 'publicUrl'>): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(HEADERS)
    // Over plain http a browser ignores it, and complains.
    if (request.protocol === 'https') void reply.header('cross-origin-opener-policy', 'same-origin')
    void reply.header('content-security-policy', request.routeOptions.config.hasScripts ? OWN_SCRIPTS : NO_SCRIPTS)
    if (!isChange(request)) return
    const { origin } = request.headers
    if (origin !== undefined && [toOrigin(deps.publicUrl), toOrigin(request.origin)].includes(origin)) return
    throw new AppError('scope_missing', {
      message:
        'This change did not come from a page of this server, so it was not made. Behind a proxy, set TRUST_PROXY or PUBLIC_URL to what the browser shows.',
    })
  })
}

function toOrigin(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined
}
