import type { ApiServer } from '../../server.ts'
import { html } from '../html.ts'
import { layout } from '../layout.ts'
import { sendHtml } from '../send-html.ts'

/** Where somebody lands who has nothing but the address: what there is, by reader. Tells nothing of what is kept. */
export function startPageRoute(app: ApiServer): void {
  app.get('/', { schema: { hide: true }, config: { scope: 'public', page: 'open' } }, async (_request, reply) =>
    sendHtml(reply, startPage()),
  )
}

function startPage(): string {
  const card = (title: string, links: [string, string, string][]) =>
    html`<section class="card">
      <h2>${title}</h2>
      <ul>
        ${links.map(([href, label, more]) => html`<li><a href="${href}">${label}</a> <span class="quiet">${more}</span></li>`)}
      </ul>
    </section>`
  const body = html`<h1>Flightroster</h1>
    <p class="lead">Keeps TestFlight external testing groups in step with a membership system.</p>
    <div class="cards">
      ${card('You look after a program', [
        ['/console', 'Console', 'rosters, people, lists, who is in and why not'],
        ['/console/connect', 'Connect an app', 'step by step'],
      ])}
      ${card('You run it', [
        ['/lanes', 'Lanes', 'each team key: budget, backlog, problems'],
        ['/dashboard', 'Queues', 'every job'],
        ['/readyz', 'Ready?', 'whether this process takes work'],
      ])}
      ${card('You write against it', [
        ['/docs', 'Reference', 'every route, with examples to paste'],
        ['/openapi.json', 'OpenAPI 3.1', 'to make clients of'],
      ])}
    </div>
    <p class="quiet">
      How-to pages, operating and the runbook are in <code>docs/</code> of the source, with an index by reader.
    </p>`
  return layout({ title: 'Start', body })
}
