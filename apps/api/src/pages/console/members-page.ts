import { type DashboardUser, MEMBER_STATUSES, type MemberStatus, type Roster } from '@flightroster/core/domain'
import type { MemberDescription } from '@flightroster/core/usecases/members'
import { html, path, query, type Html } from '../html.ts'
import { layout } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { statusPill, STATUS_WORDS, when } from '../words.ts'
import type { MemberNames } from './member-link.ts'

export interface MembersPage {
  user: DashboardUser
  privacy: Privacy
  now: number
  roster: Roster
  members: readonly MemberDescription[]
  /** How many fit, over all pages. */
  total: number
  status: MemberStatus | undefined
  q: string
  /** Sealed: it may hold an address. */
  next: string | null
  isFirst: boolean
  names: MemberNames
}

export function membersPage(input: MembersPage): string {
  const { user, roster, members, status, q, next, isFirst } = input
  const here = path`/console/rosters/${roster.id}/members`
  const body = html`<p class="crumbs">
      <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
    </p>
    <h1>Members of ${roster.id}</h1>
    <form method="get" action="${here}" role="search" class="search">
      <label class="hidden" for="q"
        >Beginning of an id${user.role === 'operator' ? ', an address or any word of a name' : null}</label
      >
      <input
        id="q"
        type="search"
        name="q"
        value="${q}"
        placeholder="${user.role === 'operator' ? 'Id, address or name' : 'Id'}"
      />
      <label class="hidden" for="status">Status</label
      ><select id="status" name="status">
        <option value="">any status</option>
        ${MEMBER_STATUSES.map(
          (one) =>
            html`<option value="${one}" ${one === status ? html` selected` : null}>${STATUS_WORDS[one].word}</option>`,
        )}</select
      ><button type="submit">Show</button>
    </form>
    ${q || status ? found(input) : null}
    ${members.length === 0 ? html`<p class="empty">Nobody fits.${q || status ? html` <a href="${here}">Show all</a>` : null}</p>` : table(input)}
    <nav aria-label="Pages" class="pager">
      ${isFirst ? null : html`<a href="${here}${query({ q, status })}">← To the beginning</a>`}
      ${next === null ? null : html`<a rel="next" href="${here}${query({ q, status, after: next })}">Next →</a>`}
    </nav>`
  return layout({ title: `Members of ${roster.id}`, section: 'console', user, body, wide: true })
}

/** What was searched, and how many were found. */
function found({ user, total, status, q }: MembersPage): Html {
  const where = user.role === 'operator' ? 'an id, an address or a word of a name begins' : 'an id begins'
  const count = `${total.toLocaleString('en-US')} ${total === 1 ? 'person' : 'people'}`
  return html`<p role="status">
    ${count}${status ? `, ${STATUS_WORDS[status].word}` : null}${q ? html`: ${where} with “${q}”, whatever the case or accents` : null}.
  </p>`
}

function table({ members, privacy, roster, now, names }: MembersPage): Html {
  const head = privacy.isOperator
    ? ['Id', 'Name', 'Address', 'Status', 'Why', 'Changed']
    : ['Id', 'Address', 'Status', 'Why', 'Changed']
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Members">
    <table>
      <thead>
        <tr>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${members.map(
          (member) =>
            html`<tr>
              <th scope="row"><a href="${names.href(roster.id, member.id)}">${privacy.id(member.id)}</a></th>
              ${privacy.isOperator ? html`<td>${privacy.name(member)}</td>` : null}
              <td>${privacy.email(member.email)}</td>
              <td>${statusPill(member.status)}</td>
              <td>${member.problem ? privacy.text(member.problem.detail) : ''}</td>
              <td>${when(member.updatedAt, now)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
