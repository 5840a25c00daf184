import { listAudit } from '@flightroster/core/usecases/audit'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { html, query } from '../html.ts'
import { layout } from '../layout.ts'
import { VIEW } from '../page-config.ts'
import { privacyOf } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { exactTime } from '../words.ts'
import { queryOf } from '../../request-texts.ts'

const PER_PAGE = 100

/** Who changed what, newest first. */
export function auditPageRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/audit', VIEW, async (request, reply) => {
    const { before } = queryOf(request)
    const from = before !== undefined && /^\d+-\d+$/.test(before) ? before : undefined
    const { items, next } = await listAudit(deps, { limit: PER_PAGE, before: from })
    const privacy = privacyOf(request.user)
    const body = html`<h1>Audit log: who changed what</h1>
      ${
        items.length === 0
          ? html`<p class="empty">Nothing yet.</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Audit log">
              <table>
                <thead>
                  <tr>
                    <th scope="col">When</th>
                    <th scope="col">Who</th>
                    <th scope="col">What</th>
                    <th scope="col">To what</th>
                    <th scope="col">Detail</th>
                  </tr>
                </thead>
                <tbody>
                  ${items.map(
                    ({ at, actor, action, target, detail }) =>
                      html`<tr>
                        <td>${exactTime(at)}</td>
                        <td>${actor}</td>
                        <td>${action}</td>
                        <td>${target}</td>
                        <td>${privacy.text(detail)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${next ? html`<nav class="pager" aria-label="Pages"><a rel="next" href="/console/audit${query({ before: next })}">Older →</a></nav>` : null}`
    return sendHtml(reply, layout({ title: 'Audit log', section: 'audit', user: request.user, body, wide: true }))
  })
}
