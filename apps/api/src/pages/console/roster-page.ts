import { type DashboardUser, MEMBER_STATUSES, type WaitsFor } from '@flightroster/core/domain'
import type { ReconciliationHead } from '@flightroster/core/store'
import type { HistorySample } from '@flightroster/core/store'
import type { RosterUsage } from '@flightroster/core/usecases/idle'
import type { RosterDescription } from '@flightroster/core/usecases/rosters'
import type { Form } from '../forms.ts'
import { html, path, query, type Html } from '../html.ts'
import { askFirst, button, layout } from '../layout.ts'
import { BUILD_STATE_WORDS, count, number, pill, statusPill, STATUS_WORDS, when } from '../words.ts'
import { privacyOf } from '../privacy.ts'
import type { Health } from './health.ts'
import { progressBar } from './rosters-page.ts'
import { settingsList } from './settings-list.ts'
import { statusPlot } from './status-plot.ts'
import { usagePlots } from './usage-plots.ts'
import { waitNotice } from './wait-notice.ts'

export interface RosterPage {
  user: DashboardUser
  now: number
  described: RosterDescription
  health: Health
  waitsFor: WaitsFor | null
  /** People who should be in, and whom somebody took out in App Store Connect. */
  takenOut: number
  /** What holds the others up, where a plan is held. */
  besides: WaitsFor | null
  history: readonly HistorySample[]
  /** Null: switched off. */
  usage: RosterUsage | null
  held: ReconciliationHead | undefined
  notice?: Html | undefined
}

export function rosterPage(input: RosterPage): string {
  const { user, described, health, held, history } = input
  const { roster } = described
  const isOperator = user.role === 'operator'
  const body = html`<p class="crumbs"><a href="/console">Rosters</a> ›</p>
    <h1>${roster.id}</h1>
    <p class="lead">${roster.group.name}, a group of ${roster.app.name} (${roster.app.bundleId})</p>
    ${input.notice}
    ${waitNotice(input.waitsFor, { now: input.now, privacy: privacyOf(user) }, input.waitsFor?.code === 'roster_held' ? decideLink(roster.id, held) : null)}
    ${waitNotice(input.besides, { now: input.now, privacy: privacyOf(user) })}
    <p>${pill(health.tone, health.word)} ${input.waitsFor?.detail === health.detail ? null : health.detail}</p>
    ${progressBar(health)}
    ${held && input.waitsFor?.code !== 'roster_held' ? heldNotice(roster.id, held, input.now) : null}
    ${roster.warnings.map(
      (warning) =>
        html`<div class="notice hint">
          <p><strong>${warning.detail}</strong></p>
          <p>${warning.action}</p>
        </div>`,
    )}
    <div class="row">
      <a class="button primary" href="${path`/console/rosters/${roster.id}/members`}">Members</a>
      ${isOperator ? html`<a class="button" href="${path`/console/rosters/${roster.id}/upload`}">Upload a list (CSV)</a>` : null}
      <a class="button" href="${path`/console/rosters/${roster.id}/plans`}">Plans and reconciliations</a>
      <a class="button" href="${path`/console/rosters/${roster.id}/activity`}">Activity</a>
      <a class="button" href="${path`/console/rosters/${roster.id}/idle`}">Idle testers</a>
      ${isOperator ? actions(described) : null}
    </div>
    ${
      isOperator
        ? html`<details class="box">
            <summary>Add a person</summary>
            ${addPerson(roster.id)}
          </details>`
        : null
    }
    ${facts(input)}
    <h2>People by status</h2>
    ${counts(described)}
    <h2>Over time</h2>
    ${statusPlot(history)} ${usagePlots(input.usage, roster.id, input.now)}
    <h2>Settings</h2>
    ${settingsList(roster)}
    ${isOperator ? html`<p><a class="button" href="${path`/console/rosters/${roster.id}/settings`}">Change the settings</a></p>` : null}`
  return layout({ title: roster.id, section: 'console', user, body })
}

const decideLink = (roster: string, held: ReconciliationHead | undefined) =>
  held && html`<p><a href="${path`/console/rosters/${roster}/plans/${held.id}`}">See who, and decide</a></p>`

function heldNotice(roster: string, held: ReconciliationHead, now: number): Html {
  return html`<div class="notice problem" role="alert">
    <p>
      <strong>${count(held.plan.remove, 'person', 'people')} would leave; nobody does until somebody decides.</strong>
    </p>
    <p>Planned ${when(held.startedAt, now)}.</p>
    ${decideLink(roster, held)}
  </div>`
}

function facts({ described: { roster, counts: by, standing, seats, supply }, takenOut, now }: RosterPage): Html {
  const wanted = Object.values(by).reduce((sum, one) => sum + one, 0) - by.removed + takenOut
  const inGroup = by.invited + by.accepted + by.installed + by.not_invited
  const card = (label: string, value: Html | string, more: Html | string = '') =>
    html`<div class="card">
      <div class="label">${label}</div>
      <div class="value">${value}</div>
      <div class="quiet">${more}</div>
    </div>`
  const { lastReconcile, drift } = standing
  return html`<div class="cards">
    ${card('In the group', `${number(inGroup)} of ${number(wanted)}`, 'people of this roster')}
    ${card('Seats of the app', html`<a href="${path`/console/seats/${roster.teamKey}/${roster.app.id}`}">${seats.used === null ? '–' : number(Math.max(0, seats.limit - seats.used))}</a>`, seats.used === null ? 'not counted yet' : `free of ${number(seats.limit)}`)}
    ${card('Builds to install', number(supply.usable), buildsLine(supply, now))}
    ${card('Unmanaged', number(drift), 'testers in the group whom nobody put on the roster')}
    ${card('Last reconciled', when(lastReconcile?.at, now, 'not yet'), lastReconcile ? OUTCOMES[lastReconcile.outcome] : 'with the group at Apple')}
  </div>`
}

function buildsLine({ usable, runsOutAt, successor }: RosterDescription['supply'], now: number): Html {
  const next = successor
    ? `${successor.number} comes next: ${BUILD_STATE_WORDS[successor.state]}`
    : 'nothing newer is in the pipeline'
  if (usable === 0) return html`${next}`
  return html`${runsOutAt === null ? 'without an end' : html`the last one goes ${when(runsOutAt, now)}`}; ${next}`
}

const OUTCOMES = {
  in_sync: 'as it should be',
  changed: 'differences were corrected',
  held: 'held for a decision',
  incomplete: 'the reading was not complete',
  failed: 'could not be read',
} as const

function counts({ roster, counts: by }: RosterDescription): Html {
  const rows = MEMBER_STATUSES.filter((status) => by[status] > 0)
  if (rows.length === 0) return html`<p class="quiet">Nobody yet.</p>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="People by status">
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col" class="number">People</th>
          <th scope="col">What it means</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (status) =>
            html`<tr>
              <th scope="row">
                <a href="${path`/console/rosters/${roster.id}/members` + query({ status })}">${statusPill(status)}</a>
              </th>
              <td class="number">${number(by[status])}</td>
              <td>${STATUS_WORDS[status].means}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

export function addPerson(roster: string, typed?: Form): Html {
  const value = (name: string) => typed && html` value="${typed.text(name)}"`
  return html`<form method="post" action="${path`/console/rosters/${roster}/people`}" class="stack narrow">
    <label
      >E-mail address of their Apple Account
      <input type="email" name="email" ${value('email')} autocomplete="off" required
    /></label>
    <label
      >Id in your system <small>Empty: the address is the id.</small
      ><input name="id" ${value('id')} autocomplete="off" maxlength="256"
    /></label>
    <label>First name <input name="firstName" ${value('firstName')} autocomplete="off" maxlength="255" /></label>
    <label>Last name <input name="lastName" ${value('lastName')} autocomplete="off" maxlength="255" /></label>
    <button type="submit" class="primary">Invite</button>
  </form>`
}

function actions({ roster, counts: by }: RosterDescription): Html {
  const to = (verb: string) => path`/console/rosters/${roster.id}/${verb}`
  return html`<div class="row">
    ${button(to('compare'), 'Reconcile with the group now')}
    ${by.failed > 0 ? button(to('retry'), `Try ${count(by.failed, 'failed person', 'failed people')} again`) : null}
    ${roster.paused ? button(to('resume'), 'Resume') : askFirst('Pause', 'Nothing goes to Apple for this roster until somebody resumes it: nobody is added or removed. Changes that arrive meanwhile are kept.', button(to('pause'), 'Yes, pause it'))}
  </div>`
}
