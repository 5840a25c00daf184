import type { DashboardUser, WaitsFor } from '@flightroster/core/domain'
import type { RosterDescription } from '@flightroster/core/usecases/rosters'
import { cell } from '../cell.ts'
import { html, path, query, type Html } from '../html.ts'
import { layout } from '../layout.ts'
import { number, pill, when } from '../words.ts'
import type { Health } from './health.ts'

export interface ListedRoster {
  described: RosterDescription
  health: Health
  waitsFor: WaitsFor | null
  /** People who should be in, and whom somebody took out in App Store Connect. */
  takenOut: number
}

export interface RostersPage {
  user: DashboardUser
  now: number
  rosters: ListedRoster[]
  q: string
  page: number
  pages: number
}

export function rostersPage(input: RostersPage): string {
  const { user, rosters, q } = input
  const isOperator = user.role === 'operator'
  const body = html`<h1>Rosters</h1>
    <p class="lead">A roster is the list of people who should be in one external testing group of one app.</p>
    <div class="tools">
      <form method="get" action="/console" role="search" class="search">
        <label class="hidden" for="q">Part of a roster, app or group</label
        ><input id="q" type="search" name="q" value="${q}" placeholder="Roster, app or group" />
        <button type="submit">Search</button>
      </form>
      ${isOperator ? html`<a class="button primary" href="/console/connect">Connect an app</a>` : null}
    </div>
    ${isOperator && rosters.length > 0 ? findPerson() : null}
    ${rosters.length === 0 ? nothing(q, isOperator) : table(input)} ${pager(input)}`
  return layout({ title: 'Rosters', section: 'console', user, body, wide: true })
}

function findPerson(): Html {
  return html`<form method="post" action="/console/people" class="search">
    <label for="email">Where is</label>
    <input id="email" type="email" name="email" placeholder="ann@example.com" autocomplete="off" required />
    <button type="submit">Find a person on all rosters</button>
  </form>`
}

function nothing(q: string, isOperator: boolean): Html {
  if (q) return html`<p class="empty">No roster matches. <a href="/console">Show all</a></p>`
  return html`<p class="empty">
    No app is connected
    yet.${isOperator ? html` <a href="/console/connect">Connect an app</a>` : ' An operator can connect one.'}
  </p>`
}

function table({ rosters, now }: RostersPage): Html {
  const head = ['Roster', 'App and group', 'Health', 'People', 'Seats of the app', 'Unmanaged', 'Last reconciled']
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Rosters">
    <table role="table" class="cards-on-phone">
      <thead role="rowgroup">
        <tr role="row">
          ${head.map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rosters.map((roster) => row(roster, now))}
      </tbody>
    </table>
  </div>`
}

function row({ described, health, waitsFor, takenOut }: ListedRoster, now: number): Html {
  const { roster, counts, standing, seats } = described
  const inGroup = counts.invited + counts.accepted + counts.installed + counts.not_invited
  const wanted = Object.values(counts).reduce((sum, one) => sum + one, 0) - counts.removed + takenOut
  return html`<tr role="row">
    <th scope="row" role="rowheader"><a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a></th>
    ${cell('App and group', html`${roster.app.name}<br /><span class="quiet">${roster.group.name}</span>`)}
    ${cell('Health', html`${pill(health.tone, health.word)}<br /><span class="quiet">${health.detail}${standLine(waitsFor, now)}</span>${progressBar(health)}`)}
    ${cell('People', `${number(inGroup)} of ${number(wanted)} in`)}
    ${cell('Seats of the app', seats.used === null ? html`<span class="quiet">not counted yet</span>` : `${number(seats.used)} of ${number(seats.limit)}`)}
    ${cell('Unmanaged', standing.drift === 0 ? '–' : number(standing.drift))}
    ${cell('Last reconciled', when(standing.lastReconcile?.at, now, 'not yet'))}
  </tr>`
}

/** Since when it stands, and who has to do something about it; what to do is on its own page. */
function standLine(wait: WaitsFor | null, now: number): Html | null {
  if (wait === null || wait.code === 'backlog') return null
  return html`${wait.since === null ? null : html` It began ${when(wait.since, now)}.`}${wait.who === null ? null : ` Who has to do it: ${wait.who}.`}`
}

export function progressBar({ progress }: Health): Html | null {
  if (progress === null) return null
  const percent = Math.round(progress * 100)
  return html`<progress max="100" value="${percent}" aria-label="Carried out">${percent} %</progress>`
}

function pager({ page, pages, q }: RostersPage): Html | null {
  if (pages <= 1) return null
  const to = (target: number) => `/console${query({ q, page: target === 1 ? undefined : target })}`
  return html`<nav aria-label="Pages" class="pager">
    ${page > 1 ? html`<a rel="prev" href="${to(page - 1)}">← Before</a>` : null}<span>Page ${page} of ${pages}</span>
    ${page < pages ? html`<a rel="next" href="${to(page + 1)}">Next →</a>` : null}
  </nav>`
}
