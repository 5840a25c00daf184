import { type DashboardUser, parseEmail } from '@flightroster/core/domain'
import { findPerson, type Membership } from '@flightroster/core/usecases/members'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { readForm } from '../forms.ts'
import { html, path } from '../html.ts'
import { layout } from '../layout.ts'
import { LONG_QUESTION } from '../page-config.ts'
import { sendHtml } from '../send-html.ts'
import { statusPill } from '../words.ts'
import { createMemberNames, type MemberNames } from './member-link.ts'
import { tellWhy } from './why.ts'

/** Rosters of one person. */
const SHOWN = 100

/** "Where is Ann?", over all rosters. A form that is posted, so that the address stands in no path and no log. */
export function peopleRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post('/console/people', LONG_QUESTION, async (request, reply) => {
    const asked = readForm(request).text('email')
    const email = parseEmail(asked)
    const found: Membership[] = []
    for await (const some of email === null ? [] : findPerson(deps, email)) {
      found.push(...some)
      if (found.length > SHOWN) break
    }
    return sendHtml(reply, peoplePage(request.user, asked, found, createMemberNames(deps.sealer)))
  })
}

function peoplePage(user: DashboardUser, email: string, found: readonly Membership[], names: MemberNames): string {
  const body = html`<p class="crumbs"><a href="/console">Rosters</a> ›</p>
    <h1>${email}</h1>
    ${found.length === 0 ? html`<p class="empty">No roster names this address. The membership system has not sent it, or spells it differently. <a href="/console">Back</a></p>` : null}
    <ul class="choices">
      ${found.slice(0, SHOWN).map(({ roster, member, waitsFor }) => {
        const why = tellWhy(member, waitsFor)
        return html`<li class="card">
          <p><a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ${statusPill(member.status)}</p>
          <p><strong>${why.title}</strong> ${why.sentences[0]}</p>
          <p><a href="${names.href(roster.id, member.id)}">The person's page</a></p>
        </li>`
      })}
    </ul>
    ${found.length > SHOWN ? html`<p>There are more: these are the first ${SHOWN}. <code>GET /v1/people</code> lists all of them.</p>` : null}`
  return layout({ title: 'A person', section: 'console', user, body })
}
