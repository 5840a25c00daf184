import { cardTable } from '../cell.ts'
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
          : cardTable({
              title: 'Audit log',
              isNamed: false,
              head: ['When', 'Who', 'What', 'To what', 'Detail'],
              rows: items.map(({ at, actor, action, target, detail }) => [
                exactTime(at),
                actor,
                action,
                target,
                privacy.text(detail),
              ]),
            })
      }
      ${next ? html`<nav class="pager" aria-label="Pages"><a rel="next" href="/console/audit${query({ before: next })}">Older →</a></nav>` : null}`
    return sendHtml(reply, layout({ title: 'Audit log', section: 'audit', user: request.user, body, wide: true }))
  })
}
