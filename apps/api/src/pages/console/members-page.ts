import {
  type DashboardUser,
  MEMBER_STATUSES,
  type MemberStatus,
  type Roster,
  type WaitsFor,
} from '@flightroster/core/domain'
import { ERROR_CODES, ERROR_RULES, type ErrorCode } from '@flightroster/core/errors'
import { MEMBER_SORTS, type MemberDescription, type MemberSort } from '@flightroster/core/usecases/members'
import { cell } from '../cell.ts'
import { html, path, query, type Html } from '../html.ts'
import { askFirst, layout } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { count, number, statusPill, STATUS_WORDS, when } from '../words.ts'
import type { MemberNames } from './member-link.ts'
import { shortWhy } from './why.ts'

/** What was chosen, as it stands in links and forms. */
export interface MembersView {
  q: string
  status: MemberStatus | undefined
  problem: ErrorCode | undefined
  sort: MemberSort
  isDown: boolean
}

export interface MembersPage extends MembersView {
  user: DashboardUser
  privacy: Privacy
  now: number
  roster: Roster
  members: readonly MemberDescription[]
  waiting: ReadonlyMap<string, WaitsFor>
  /** How many fit, over all pages. */
  total: number
  page: number
  pages: number
  names: MemberNames
  notice?: Html | undefined
}

/** Reasons that a single person can have. */
export const PROBLEM_CODES = ERROR_CODES.filter((code) => ERROR_RULES[code].stops === 'member')

const SORT_WORDS: Record<MemberSort, string> = {
  id: 'Id',
  name: 'Name',
  address: 'Address',
  status: 'Status',
  changed: 'Changed',
}

/** An order by what a viewer does not see would tell it. */
export const sortsOf = ({ isOperator }: Privacy) =>
  MEMBER_SORTS.filter((sort) => isOperator || (sort !== 'name' && sort !== 'address'))

/** `sort` of links: `-name` is by name from the end. */
export const sortParam = ({ sort, isDown }: Pick<MembersView, 'sort' | 'isDown'>) => (isDown ? '-' : '') + sort

export function membersQuery(view: MembersView, page = 1): string {
  const sort = sortParam(view)
  const { q, status, problem } = view
  return query({ q, status, problem, sort: sort === 'id' ? null : sort, page: page === 1 ? null : page })
}

export function membersPage(input: MembersPage): string {
  const { user, roster, members, status, q, problem, privacy } = input
  const here = path`/console/rosters/${roster.id}/members`
  const isFiltered = q !== '' || status !== undefined || problem !== undefined
  const body = html`<p class="crumbs">
      <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
    </p>
    <h1>Members of ${roster.id}</h1>
    ${input.notice} ${filterForm(here, input)} ${found(input)}
    ${members.length === 0 ? html`<p class="empty">Nobody matches.${isFiltered ? html` <a href="${here}">Show all</a>` : null}</p>` : table(here, input)}
    ${pager(here, input)} ${privacy.isOperator && members.length > 0 ? forAll(here, input) : null}`
  return layout({ title: `Members of ${roster.id}`, section: 'console', user, body, wide: true })
}

function filterForm(here: string, { privacy, q, status, problem, sort, isDown }: MembersPage): Html {
  const chosen = (is: boolean) => (is ? html` selected` : null)
  return html`<form method="get" action="${here}" role="search" class="search filters">
    <label
      >${privacy.isOperator ? 'Id, address or name' : 'Id'}
      <input type="search" name="q" value="${q}" autocomplete="off"
    /></label>
    <label
      >Status
      <select name="status">
        <option value="">any</option>
        ${MEMBER_STATUSES.map((one) => html`<option value="${one}" ${chosen(one === status)}>${STATUS_WORDS[one].word}</option>`)}
      </select></label
    >
    <label
      >Reason
      <select name="problem">
        <option value="">any or none</option>
        ${PROBLEM_CODES.map((code) => html`<option value="${code}" ${chosen(code === problem)}>${ERROR_RULES[code].title}</option>`)}
      </select></label
    >
    <label
      >Order
      <select name="sort">
        ${sortsOf(privacy).flatMap((one) =>
          [false, true].map(
            (down) =>
              html`<option value="${sortParam({ sort: one, isDown: down })}" ${chosen(one === sort && down === isDown)}>
                ${SORT_WORDS[one]}${down ? ', from the end' : null}
              </option>`,
          ),
        )}
      </select></label
    >
    <button type="submit">Show</button>
  </form>`
}

/** Several words may be one text, or each begin something of the person. */
const quoted = (q: string) => {
  const words = q.split(/\s+/u)
  return words.length === 1 ? `“${q}”` : `“${q}”, or with each of ${words.map((word) => `“${word}”`).join(' and ')}`
}

/** What was searched, and how many were found. */
function found({ privacy, total, status, q, problem }: MembersPage): Html {
  const where = privacy.isOperator ? 'an id, an address or a word of a name begins' : 'an id begins'
  return html`<p role="status">
    ${count(total, 'person', 'people')}${status ? `, ${STATUS_WORDS[status].word}` : null}${q ? html`: ${where} with ${quoted(q)}, whatever the case or accents` : null}${problem ? html`. ${ERROR_RULES[problem].title}` : '.'}
  </p>`
}

/** On a phone each person is a card: the words of the head stand before what they name. */
function table(here: string, input: MembersPage): Html {
  const { members, privacy, roster, now, names, waiting, sort, isDown } = input
  const sorts = sortsOf(privacy)
  const head = (label: string, by?: MemberSort) => {
    if (by === undefined || !sorts.includes(by)) return html`<th scope="col" role="columnheader">${label}</th>`
    const isNow = by === sort
    const order = isNow ? html` aria-sort="${isDown ? 'descending' : 'ascending'}"` : null
    const href = here + membersQuery({ ...input, sort: by, isDown: isNow && !isDown })
    return html`<th scope="col" role="columnheader" ${order}>
      <a href="${href}">${label}${isNow ? html` <span aria-hidden="true">${isDown ? '↓' : '↑'}</span>` : null}</a>
    </th>`
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Members">
    <table role="table" class="cards-on-phone">
      <thead role="rowgroup">
        <tr role="row">
          ${head('Id', 'id')} ${privacy.isOperator ? head('Name', 'name') : null} ${head('Address', 'address')}
          ${head('Status', 'status')} ${head('Why')} ${head('Changed', 'changed')}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${members.map(
          (member) =>
            html`<tr role="row">
              <th scope="row" role="rowheader">
                <a href="${names.href(roster.id, member.id)}">${privacy.id(member.id)}</a>
              </th>
              ${privacy.isOperator ? cell('Name', privacy.name(member)) : null}
              ${cell('Address', privacy.email(member.email))} ${cell('Status', statusPill(member.status))}
              ${cell('Why', privacy.text(shortWhy(member, waiting.get(member.id) ?? null)))}
              ${cell('Changed', when(member.updatedAt, now))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

function pager(here: string, input: MembersPage): Html | null {
  const { page, pages } = input
  if (pages <= 1) return null
  const to = (target: number) => here + membersQuery(input, target)
  return html`<nav aria-label="Pages" class="pager">
    ${page > 1 ? html`<a href="${to(1)}">⇤ First</a><a rel="prev" href="${to(page - 1)}">← Before</a>` : null}<span
      >Page ${number(page)} of ${number(pages)}</span
    >
    ${page < pages ? html`<a rel="next" href="${to(page + 1)}">Next →</a><a href="${to(pages)}">Last ⇥</a>` : null}
  </nav>`
}

/** Something for everybody who was chosen, also on the other pages. */
function forAll(here: string, input: MembersPage): Html {
  const people = count(input.total, 'person', 'people')
  const { q, status, problem } = input
  const fields = Object.entries({ q, status, problem, total: String(input.total) }).map(([name, value]) =>
    value ? html`<input type="hidden" name="${name}" value="${value}" />` : null,
  )
  const ask = (kind: string, label: string, what: string, yes: string) =>
    askFirst(
      label,
      what,
      html`<form method="post" action="${here}/${kind}">
        ${fields}<button type="submit" class="danger">${yes}</button>
      </form>`,
    )
  return html`<h2>${input.total === 1 ? 'For this person' : `For all ${people}`}</h2>
    <div class="row">
      ${ask('retry', 'Try them again', `${people} would be synced with Apple, one after the other. Each costs at least one call of the team key’s hourly quota.`, `Yes, try ${people} again`)}
      ${ask('invite', 'Send their invitations again', `Apple would write to ${people} once more. Whoever has no address, is not wanted in the group, or was written to within the last minute or ten times today is left out.`, `Yes, write to ${people}`)}
      <a class="button" href="${here}.csv${membersQuery(input)}" download>Export as CSV</a>
    </div>`
}
