import { ACTIVITY_KINDS, MEMBER_STATUSES, type ActivityItem, type ActivityKind } from '@flightroster/core/domain'
import {
  isActivityPlace,
  listActivity,
  listAllActivity,
  type ActivityFilter,
} from '@flightroster/core/usecases/activity'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { listScimNotes } from '@flightroster/core/usecases/scim'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { html, path, query, type Html } from '../html.ts'
import { layout } from '../layout.ts'
import { LONG_VIEW } from '../page-config.ts'
import { privacyOf, type Privacy } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { exactTime, statusPill, STATUS_WORDS } from '../words.ts'
import { createMemberNames, type MemberNames } from './member-link.ts'
import { rosterIdOf } from './roster-routes.ts'
import { noteList } from './scim/scim-pages.ts'
import { queryOf } from '../../request-texts.ts'

const PER_PAGE = 50

/** What happened, newest first: on one roster, and over all. */
export function activityPageRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/activity', LONG_VIEW, async (request, reply) => {
    const here = '/console/activity'
    return sendActivity(deps, request, reply, { here, one: null })
  })
  app.get('/console/rosters/:rosterId/activity', LONG_VIEW, async (request, reply) => {
    const roster = await getRoster(deps, rosterIdOf(request))
    const here = path`/console/rosters/${roster.id}/activity`
    return sendActivity(deps, request, reply, { here, one: roster })
  })
}

type Asked = Partial<Record<'member' | 'status' | 'kind' | 'by' | 'since' | 'until' | 'before', string>>

interface Scene {
  here: string
  /** null: over all. */
  one: { id: string; teamKey: string } | null
}

async function sendActivity(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, scene: Scene) {
  const asked = queryOf(request)
  const privacy = privacyOf(request.user)
  const names = createMemberNames(deps.sealer)
  const filter = readFilter(asked, privacy)
  const before = asked.before !== undefined && isActivityPlace(asked.before) ? asked.before : undefined
  const page = { limit: PER_PAGE, before }
  const { items, next } = await (scene.one === null
    ? listAllActivity(deps, filter, page)
    : listActivity(deps, scene.one, filter, page))
  const title = scene.one === null ? 'Activity' : `Activity of ${scene.one.id}`
  const body = html`${
      scene.one === null
        ? null
        : html`<p class="crumbs">
            <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${scene.one.id}`}">${scene.one.id}</a> ›
          </p>`
    }
    <h1>${title}</h1>
    <p class="lead">
      ${
        scene.one === null
          ? 'What happened on all rosters in the last 30 days, newest first. Where much happens, the page of a roster goes further back.'
          : 'What happened in the last 30 days, at most the newest 10,000 entries, newest first.'
      }
    </p>
    ${filterForm(scene.here, asked, filter)}
    ${scene.one === null && before === undefined ? await oddOfProviders(deps, privacy) : null}
    ${items.length === 0 ? html`<p class="empty">${next === null ? 'No entry matches.' : 'No entry matches among the newest; continue with “Older”.'}</p>` : table({ items, privacy, names, isOverAll: scene.one === null })}
    <nav class="pager" aria-label="Pages">
      ${before === undefined ? null : html`<a href="${scene.here}${query({ ...asked, before: null })}">← To the newest</a>`}
      ${next === null ? null : html`<a rel="next" href="${scene.here}${query({ ...asked, before: next })}">Older →</a>`}
    </nav>`
  const section = scene.one === null ? 'activity' : 'console'
  return sendHtml(reply, layout({ title, section, user: request.user, body, wide: true }))
}

/** What identity providers sent that did not fit: no roster's activity has what is about none. */
async function oddOfProviders(deps: ApiDeps, privacy: Privacy): Promise<Html | null> {
  const notes = await listScimNotes(deps)
  if (notes.length === 0) return null
  return html`<details class="box">
    <summary>Odd requests of identity providers</summary>
    ${noteList(notes.slice(0, 10), privacy)}
    <p><a href="/console/scim">All of them, and the groups</a></p>
  </details>`
}

/** What can't be read is left out. A viewer can't ask whether an address is here. */
function readFilter(asked: Asked, privacy: Privacy): ActivityFilter {
  const member = (asked.member ?? '').trim().slice(0, 256)
  const dayMs = (text: string | undefined, more: number) => {
    const at = /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
    return Number.isNaN(at) ? undefined : at + more
  }
  return {
    member: member !== '' && (privacy.isOperator || !member.includes('@')) ? member : undefined,
    status: MEMBER_STATUSES.find((one) => one === asked.status),
    kind: ACTIVITY_KINDS.find((one) => one === asked.kind),
    by: (asked.by ?? '').trim().slice(0, 256) || undefined,
    since: dayMs(asked.since, 0),
    until: dayMs(asked.until, 86_399_999),
  }
}

const KIND_WORDS: Record<ActivityKind, string> = {
  event: 'event',
  list: 'list',
  reconcile: 'reconciliation',
  request: 'request',
  outcome: 'outcome',
  settings: 'settings',
}

function filterForm(here: string, asked: Asked, filter: ActivityFilter): Html {
  return html`<form method="get" action="${here}" role="search" class="search filters">
    <label>Person’s id <input name="member" value="${filter.member ?? ''}" autocomplete="off" /></label>
    <label
      >What
      <select name="kind">
        <option value="">anything</option>
        ${ACTIVITY_KINDS.map((one) => html`<option value="${one}" ${one === filter.kind ? html` selected` : null}>${KIND_WORDS[one]}</option>`)}
      </select></label
    >
    <label
      >Status after it
      <select name="status">
        <option value="">any</option>
        ${MEMBER_STATUSES.map((one) => html`<option value="${one}" ${one === filter.status ? html` selected` : null}>${STATUS_WORDS[one].word}</option>`)}
      </select></label
    >
    <label>By whom <input name="by" value="${filter.by ?? ''}" placeholder="user:ann" autocomplete="off" /></label>
    <label>From <input type="date" name="since" value="${asked.since ?? ''}" /></label>
    <label>To <input type="date" name="until" value="${asked.until ?? ''}" /></label>
    <button type="submit">Show</button>
  </form>`
}

function table(input: { items: ActivityItem[]; privacy: Privacy; names: MemberNames; isOverAll: boolean }): Html {
  const { items, isOverAll } = input
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Activity">
    <table role="table" class="cards-on-phone">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">When</th>
          ${isOverAll ? html`<th scope="col" role="columnheader">Roster</th>` : null}
          <th scope="col" role="columnheader">Person</th>
          <th scope="col" role="columnheader">What</th>
          <th scope="col" role="columnheader">Status</th>
          <th scope="col" role="columnheader">By</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${items.map((item) => row(item, input))}
      </tbody>
    </table>
  </div>`
}

function row(
  { at, roster, kind, member, by, status, problem, calls, requestId, text }: ActivityItem,
  { privacy, names, isOverAll }: { privacy: Privacy; names: MemberNames; isOverAll: boolean },
): Html {
  const said = calls.length > 0 ? text.replace(/^Asked App Store Connect: .*?\. Now /, 'Now ') : text
  return html`<tr role="row">
    <td role="cell" data-label="When">${exactTime(at)}</td>
    ${isOverAll ? html`<td role="cell" data-label="Roster"><a href="${path`/console/rosters/${roster}/activity`}">${roster}</a></td>` : null}
    <td role="cell" data-label="Person">
      ${member === null ? html`<span class="quiet">the roster</span>` : html`<a href="${names.href(roster, member)}">${privacy.id(member)}</a>`}
    </td>
    <td role="cell" data-label="What">
      <span class="quiet">${KIND_WORDS[kind]}</span> ${privacy.text(said)}
      ${problem && !said.includes(problem.detail) ? html`<br />${privacy.text(problem.detail)}` : null}
      ${calls.length === 0 ? null : callList(calls, privacy)}
      ${requestId === null ? null : html`<br /><small class="quiet">request <code>${requestId}</code></small>`}
    </td>
    ${status === null ? html`<td role="cell" class="none"></td>` : html`<td role="cell" data-label="Status">${statusPill(status)}</td>`}
    <td role="cell" data-label="By">${by === null ? html`<span class="quiet">by itself</span>` : privacy.text(by)}</td>
  </tr>`
}

function callList(calls: ActivityItem['calls'], privacy: Privacy): Html {
  return html`<details>
    <summary>${calls.length === 1 ? '1 call to Apple' : `${calls.length} calls to Apple`}</summary>
    <ul>
      ${calls.map(
        ({ method, path: asked, status, durationMs }) =>
          html`<li>
            <code>${method} ${privacy.text(asked)}</code> →
            ${status === null ? 'no answer' : String(status)}${durationMs === null ? null : `, ${durationMs} ms`}
          </li>`,
      )}
    </ul>
  </details>`
}
