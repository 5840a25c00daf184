import type { DashboardUser, Roster } from '@flightroster/core/domain'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { html, path, type Html } from '../../html.ts'
import { layout, notice } from '../../layout.ts'
import { onceField } from '../../making.ts'
import { addPerson } from '../roster-page.ts'
import { settingsList } from '../settings-list.ts'
import { steps } from './steps.ts'

/** Where callers reach the API. */
export function baseUrlOf(deps: Pick<ApiDeps, 'publicUrl'>, request: FastifyRequest): string {
  return deps.publicUrl ?? request.origin
}

export interface ConnectedPage {
  user: DashboardUser
  roster: Roster
  base: string
  /** One that was just made: shown this once. */
  token?: string
}

export function connectedPage({ user, roster, base, token }: ConnectedPage): string {
  const event = JSON.stringify({
    type: 'member.joined',
    data: { roster: roster.id, member: { id: 'u-17', email: 'ann@example.com', firstName: 'Ann' } },
  })
  const body = html`<h1>Connect an app</h1>
    ${steps('Done')}
    ${notice('done', `“${roster.group.name}” of ${roster.app.name} is kept by the roster “${roster.id}” from now on.`)}
    ${roster.warnings.map(
      (warning) =>
        html`<div class="notice hint">
          <p><strong>${warning.detail}</strong></p>
          <p>${warning.action}</p>
        </div>`,
    )}
    <h2>Invite the first person</h2>
    ${addPerson(roster.id)}
    <h2>Or send the whole list</h2>
    <p><a class="button" href="${path`/console/rosters/${roster.id}/upload`}">Upload a list (CSV)</a></p>
    <h2>Or let your system send events</h2>
    <pre tabindex="0" role="region" aria-label="The command"><code>curl -X POST ${base}/v1/events \\
  -H "Authorization: Bearer ${token ?? '$TOKEN'}" -H "Content-Type: application/json" \\
  -d '${event}'</code></pre>
    ${tokenNote(roster, token)}
    <p>All that can be sent: <a href="/docs">the reference</a>.</p>
    <h2>Its rules</h2>
    ${settingsList(roster)}
    <p><a href="${path`/console/rosters/${roster.id}`}">To the roster</a></p>`
  return layout({ title: 'Connected', section: 'connect', user, body })
}

function tokenNote(roster: Roster, token: string | undefined): Html {
  if (token !== undefined) {
    return html`<div class="notice hint" role="status">
      <p><strong>The token is in the line above. It is shown only once.</strong></p>
      <p>Copy it now: only its hash is kept. It may send events for this roster and do nothing else.</p>
    </div>`
  }
  return html`<div class="row">
    <span>TOKEN is one with the scope <code>events:write</code>.</span>
    <form class="inline" method="post" action="${path`/console/rosters/${roster.id}/token`}">
      ${onceField()}<button type="submit">Make one for this roster</button>
    </form>
  </div>`
}
