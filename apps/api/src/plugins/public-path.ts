import type { ApiServer } from '../server.ts'

/**
 * The path under which a proxy shows us, from PUBLIC_URL: `/flightroster` of `https://example.com/flightroster`, empty of
 * `https://example.com`. Routes and pages know nothing of it and write paths as from the root; this file adds it on the way out and
 * takes it off on the way in.
 */
export function publicPath(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')
}

/** For Fastify's `rewriteUrl`: a proxy may hand the path on as it came, or take its own part off. */
export function createPathStripper(publicUrl: string | undefined): (request: { url?: string }) => string {
  const prefix = publicPath(publicUrl)
  return ({ url = '/' }) => {
    if (prefix === '' || !url.startsWith(prefix)) return url
    const rest = url.slice(prefix.length)
    if (rest === '' || rest.startsWith('?')) return `/${rest}`
    return rest.startsWith('/') ? rest : url
  }
}

/** Paths from the root, in markup of ours: what comes from outside has its quotes escaped, so it can't look like one. */
const LINKS = /\b(href|action|formaction|src|spec-url|server-url)="\/(?!\/)/g

/** Adds the public path to links, forms, scripts and redirects; cookies are given it where they are made (sessions.ts). */
export function usePublicPath(app: ApiServer, { publicUrl }: { publicUrl: string | undefined }): void {
  const prefix = publicPath(publicUrl)
  if (prefix === '') return
  app.addHook('onSend', async (_request, reply, payload) => {
    const location = reply.getHeader('location')
    if (typeof location === 'string' && /^\/(?!\/)/.test(location)) void reply.header('location', prefix + location)
    if (typeof payload !== 'string' || !String(reply.getHeader('content-type')).startsWith('text/html')) return payload
    return payload.replace(LINKS, `$1="${prefix}/`)
  })
}
