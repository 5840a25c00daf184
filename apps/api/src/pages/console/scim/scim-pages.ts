import { cardTable } from '../../cell.ts'
import type { DashboardUser, ScimNote } from '@flightroster/core/domain'
import type { ListedScimGroup, ScimPerson, ScimPreview } from '@flightroster/core/usecases/scim'
import { html, path, query, type Html } from '../../html.ts'
import { askFirst, button, layout } from '../../layout.ts'
import type { Privacy } from '../../privacy.ts'
import { morePeople, personTable } from '../person-table.ts'
import { count, exactTime, number, pill } from '../../words.ts'

interface Common {
  user: DashboardUser
  privacy: Privacy
  notice?: Html | undefined
}

export interface ScimListPage extends Common {
  groups: readonly ListedScimGroup[]
  total: number
  page: number
  pages: number
  notes: readonly ScimNote[]
}

export const scimGroupHref = (id: string) => path`/console/scim/groups/${id}`

export function scimListPage(input: ScimListPage): string {
  const { user, groups, total, notes, notice } = input
  const body = html`<h1>Groups of identity providers</h1>
    <p class="lead">
      Okta, Entra ID and others push these by SCIM. A group does nothing until a roster takes its people from it.
    </p>
    ${notice}
    ${total === 0 ? html`<p class="empty">No group has come yet. A provider needs a token of the scope “scim”, and the address of this server followed by <code>/scim/v2</code>.</p>` : groupTable(groups, input.privacy)}
    ${pager(input)}
    <h2>What was odd</h2>
    <p class="quiet">
      In requests of providers: unknown people, and attributes and changes that are not valid. The request went on
      without them.
    </p>
    ${noteList(notes, input.privacy)}`
  return layout({ title: 'Groups of identity providers', section: 'scim', user, body, wide: true })
}

function groupTable(groups: readonly ListedScimGroup[], privacy: Privacy): Html {
  return cardTable({
    title: 'Groups',
    head: ['Group', { number: 'People' }, 'Rosters'],
    rows: groups.map(({ group, members, rosters }) => [
      privacy.isOperator
        ? html`<a href="${scimGroupHref(group.id)}">${group.displayName}</a>`
        : privacy.text(group.displayName),
      number(members),
      rosters.length === 0 ? pill('quiet', 'bound to nothing') : html`${rosterLinks(rosters)}`,
    ]),
  })
}

const rosterLinks = (rosters: readonly string[]) =>
  rosters.map((id, at) => html`${at > 0 ? ', ' : null}<a href="${path`/console/rosters/${id}`}">${id}</a>`)

function pager({ page, pages }: ScimListPage): Html | null {
  if (pages <= 1) return null
  const to = (target: number) => `/console/scim${query({ page: target === 1 ? undefined : target })}`
  return html`<nav aria-label="Pages" class="pager">
    ${page > 1 ? html`<a rel="prev" href="${to(page - 1)}">← Before</a>` : null}<span>Page ${page} of ${pages}</span>
    ${page < pages ? html`<a rel="next" href="${to(page + 1)}">Next →</a>` : null}
  </nav>`
}

/** Also on the page of all activity. */
export function noteList(notes: readonly ScimNote[], privacy: Privacy): Html {
  if (notes.length === 0) return html`<p class="quiet">Nothing.</p>`
  return html`<ul>
    ${notes.map(({ at, detail }) => html`<li>${exactTime(at)}: ${privacy.text(detail)}</li>`)}
  </ul>`
}

export interface ScimGroupPage extends Common {
  listed: ListedScimGroup
  /** Rosters that may take their people from it and do not yet. */
  choices: readonly string[]
  /** What binding the chosen roster would do. */
  chosen?: { roster: string; formerGroup: string | null; preview: ScimPreview } | undefined
}

export function scimGroupPage(input: ScimGroupPage): string {
  const { user, privacy, listed, notice, choices, chosen } = input
  const { group, members, rosters, reach } = listed
  const here = scimGroupHref(group.id)
  const body = html`<p class="crumbs"><a href="/console/scim">Groups of identity providers</a> ›</p>
    <h1>${group.displayName}</h1>
    ${notice}
    <dl class="facts">
      <dt>People</dt>
      <dd>${number(members)}</dd>
      <dt>Id of the provider</dt>
      <dd>${group.externalId ?? html`<span class="quiet">none</span>`}</dd>
      <dt>Rosters</dt>
      <dd>${rosters.length === 0 ? pill('quiet', 'bound to nothing') : rosterLinks(rosters)}</dd>
      ${
        reach === null
          ? null
          : html`<dt>May lead to</dt>
              <dd>${reach.join(', ')} <span class="quiet">(its token is bound to these)</span></dd>`
      }
    </dl>
    ${rosters.map((id) =>
      askFirst(
        `Unbind ${id}`,
        `The people whom ${id} has stay on it. Whoever joins or leaves the group from then on changes nothing there.`,
        button(`${here}/unbind`, `Yes, unbind ${id}`, { roster: id }, 'danger'),
      ),
    )}
    <h2>Bind it to a roster</h2>
    ${choices.length === 0 ? html`<p class="empty">No roster is left that could take its people from it. <a href="/console/connect">Connect an app</a></p>` : chooser(here, choices, chosen?.roster)}
    ${chosen ? outlook(here, group.displayName, chosen, privacy) : null}`
  return layout({ title: group.displayName, section: 'scim', user, body })
}

function chooser(here: string, choices: readonly string[], chosen: string | undefined): Html {
  return html`<form method="get" action="${here}" class="search">
    <label for="roster">Roster</label>
    <select id="roster" name="roster" required>
      ${choices.map((id) => html`<option value="${id}" ${id === chosen ? html` selected` : null}>${id}</option>`)}
    </select>
    <button type="submit">See what it would do</button>
  </form>`
}

function outlook(
  here: string,
  name: string,
  { roster, formerGroup, preview }: NonNullable<ScimGroupPage['chosen']>,
  privacy: Privacy,
) {
  const { add, remove, unchanged, others, withoutAddress, held, groups, people } = preview
  const list = (title: string, total: number, some: readonly ScimPerson[]) =>
    total === 0
      ? null
      : html`<h3>${title}</h3>
          ${personTable({ title, privacy, people: some })}${morePeople(total, some.length)}`
  return html`<section aria-label="What binding it would do">
    <h2>If ${roster} took its people from “${name}”</h2>
    <p><strong>${count(add, 'person', 'people')} would be added.</strong> Nothing has changed yet.</p>
    <ul>
      ${withoutAddress > 0 ? html`<li>${count(withoutAddress, 'person waits', 'people wait')} until an address is given: by the provider, or by themselves, on a page whose link you can send them.</li>` : null}
      ${unchanged > 0 ? html`<li>${count(unchanged, 'person is', 'people are')} on the roster already.</li>` : null}
      ${others > 0 ? html`<li>${count(others, 'other person', 'other people')} of the roster came otherwise and stay.</li>` : null}
      ${formerGroup === null ? null : html`<li>The roster has its people from “${formerGroup}” now. Who is in that group alone would be removed: ${count(remove, 'person', 'people')}${held ? ', once somebody approves it, for they are more than its guard allows' : ''}.</li>`}
      ${groups.length > 1 ? html`<li>${groups.length} groups have this name; the roster gets the people of all.</li>` : null}
    </ul>
    ${button(`${here}/bind`, `Bind it: add ${count(add, 'person', 'people')}${remove > 0 ? `, remove ${number(remove)}` : ''}`, { roster, add: String(add), remove: String(remove) }, 'primary')}
    ${list('Who would be added', add, people.add)} ${list('Who would be removed', remove, people.remove)}
  </section>`
}
