import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ApiServer } from '../server.ts'

const STYLE = readFileSync(new URL('./style.css', import.meta.url), 'utf8')

/** Changes with its content, so that it may be kept for good. */
export const STYLE_PATH = `/console/assets/${hash('sha256', STYLE, 'hex').slice(0, 12)}.css`

/** Serves the style of all pages. */
export function styleRoute(app: ApiServer): void {
  app.get(STYLE_PATH, { schema: { hide: true }, config: { scope: 'public', page: 'open' } }, async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=31536000, immutable').type('text/css; charset=utf-8').send(STYLE),
  )
}
