import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ApiServer } from '../../server.ts'
import { html } from '../html.ts'
import { sendHtml } from '../send-html.ts'
import { STYLE_PATH } from '../style.ts'

const EXPLORER = createRequire(import.meta.url).resolve('openapi-explorer/dist/browser/openapi-explorer.min.js')
const SCRIPT = readFileSync(EXPLORER)
/** Changes with its content, so that it may be kept for good. */
const SCRIPT_PATH = `/docs/assets/${hash('sha256', SCRIPT, 'hex').slice(0, 12)}.js`

const open = { schema: { hide: true }, config: { scope: 'public', page: 'open', hasScripts: true } } as const

/** The reference at /docs: OpenAPI Explorer, from our own files, over the document at /openapi.json. */
export function referenceRoutes(app: ApiServer): void {
  app.get('/docs', open, async (_request, reply) => sendHtml(reply, PAGE))
  app.get('/docs/', open, async (_request, reply) => reply.redirect('/docs', 301))
  const long = { ...open, config: { ...open.config, readsMuch: 'always' } } as const
  app.get(SCRIPT_PATH, long, async (_request, reply) => {
    await app.leisure.turn()
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type('text/javascript; charset=utf-8')
      .send(SCRIPT)
  })
}

// The colours of the renderer are attributes, less those of style.css: its own are too faint to read.
const PAGE = html`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light" />
      <title>API reference · Flightroster</title>
      <link rel="stylesheet" href="${STYLE_PATH}" />
      <link rel="icon" href="data:," />
      <script type="module" src="${SCRIPT_PATH}"></script>
    </head>
    <body class="reference">
      <header class="bar">
        <div class="inside">
          <a class="brand" href="/console"><span aria-hidden="true">✈</span> Flightroster</a>
          <h1>API reference</h1>
          <a href="/openapi.json">openapi.json</a>
        </div>
      </header>
      <div class="whole">
        <openapi-explorer
          spec-url="/openapi.json"
          server-url="/"
          hide-server-selection="true"
          schema-style="table"
          bg-color="#ffffff"
          text-color="#17202a"
          header-color="#17202a"
          primary-color="#0b5cad"
          secondary-color="#0b5cad"
          nav-bg-color="#f4f6f8"
          nav-text-color="#17202a"
          nav-hover-bg-color="#e2e8ee"
          nav-hover-text-color="#000000"
        ></openapi-explorer>
        <noscript><p>The reference needs scripts; the document itself is at /openapi.json.</p></noscript>
      </div>
    </body>
  </html> `.text
