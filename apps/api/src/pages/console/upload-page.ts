import type { DashboardUser, Reconciliation, Roster, WaitsFor } from '@flightroster/core/domain'
import type { Estimate } from '@flightroster/core/usecases/reconcile'
import { html, path, type Html } from '../html.ts'
import { layout, notice } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { count, duration, number } from '../words.ts'
import { morePeople, personTable, type ListedPerson } from './person-table.ts'
import type { Draft } from './uploaded-list.ts'
import { waitNotice } from './wait-notice.ts'

function crumbs(roster: Roster): Html {
  return html`<p class="crumbs">
    <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
  </p>`
}

/** `typed`: the text that was pasted, where it could not be read. */
export function uploadPage(user: DashboardUser, roster: Roster, problem?: Html, typed = ''): string {
  const body = html`${crumbs(roster)}
    <h1>Upload a list</h1>
    ${problem}
    <p>The whole list of who should be in. You see what would change before anything happens.</p>
    <form
      method="post"
      action="${path`/console/rosters/${roster.id}/upload`}"
      enctype="multipart/form-data"
      class="stack"
    >
      <div class="field">
        <label for="file">A CSV file</label
        ><small
          >Columns id, email, firstName, lastName; or the First Name, Last Name, Email file of App Store Connect. Any
          usual separator, with or without a header. Columns by other names are asked for.</small
        ><input id="file" type="file" name="file" accept=".csv,text/csv,text/plain" />
      </div>
      <div class="field">
        <label for="text">or its text, up to 128 KB</label
        ><textarea id="text" name="text" rows="8" spellcheck="false" placeholder="id,email,firstName,lastName">
${typed}</textarea>
      </div>
      <button type="submit" class="primary">Show what would change</button>
    </form>`
  return layout({ title: 'Upload a list', section: 'console', user, body })
}

const HELD: Record<NonNullable<Reconciliation['held']>, string> = {
  roster: 'it would remove more people than the guard of this roster allows',
  team_key: 'the rosters of this team key together would lose more people than their guards allow',
  empty: 'it would leave nobody on the roster',
  list: 'more of its rows were left out than accepted',
  list_unclear: 'some of its rows could name anybody',
}

export interface DraftPage {
  user: DashboardUser
  privacy: Privacy
  roster: Roster
  draft: Draft
  upload: string
  /** Which column holds what, as somebody said; empty: as the header says. */
  columns: string
  allowEmpty: boolean
  /** What holds the roster up now: the time that the plan takes begins afterwards. */
  waitsFor: WaitsFor | null
  now: number
  /** The plan is another than the one that was confirmed. */
  hasChanged: boolean
}

const SHOWN = 200

export function draftPage(input: DraftPage): string {
  const { user, privacy, roster, draft, hasChanged } = input
  const { plan, estimate, held } = draft.result
  const changes = plan.add.length + plan.update.length + plan.remove.length
  const card = (label: string, value: number) =>
    html`<div class="card">
      <div class="value">${number(value)}</div>
      <div class="label">${label}</div>
    </div>`
  const body = html`${crumbs(roster)}
    <h1>What this list would change</h1>
    ${hasChanged ? notice('problem', 'The roster has changed since the plan was shown.', html`<p>Nothing was applied. This is the plan as it is now.</p>`) : null}
    <p class="lead">Nothing has happened yet.</p>
    <div class="cards">
      ${card('to add', plan.add.length)}${card('to change', plan.update.length)}${card('to remove', plan.remove.length)}${card('as they are', plan.unchanged)}
    </div>
    ${changes === 0 ? html`<p>${nothingToChange(draft)}</p>` : html`<p>${estimateWords(estimate, input.waitsFor)}</p>`}
    ${changes === 0 ? null : waitNotice(input.waitsFor, input)} ${held ? heldNotice(held, draft) : null}
    ${clearing(plan.clear.length)} ${keeping(plan.kept.length)} ${draft.rejected.total > 0 ? rejected(input) : null}
    ${columnsAgain(input)} ${confirm(input, changes)}
    ${plan.remove.length > 0 ? people('Who would leave', draft.leaving, plan.remove.length, privacy) : null}
    ${plan.add.length > 0 ? people('Who would come', draft.coming, plan.add.length, privacy) : null}
    ${plan.update.length > 0 ? people('Whose data would change', draft.changing, plan.update.length, privacy) : null}`
  return layout({ title: 'What this list would change', section: 'console', user, body })
}

/** Nobody knows when somebody presses Resume, or Apple answers again. */
function estimateWords({ calls, seconds }: Estimate, waitsFor: WaitsFor | null): string {
  const what = `About ${count(calls, 'call')} to Apple`
  const long = duration(seconds * 1_000)
  if (waitsFor === null || waitsFor.code === 'backlog') return `${what}, ${long}.`
  return `${what}: ${long}, once what is held up now goes on.`
}

/** A list of which no row was usable says nothing of the roster. */
function nothingToChange({ list, rejected: out }: Draft): string {
  if (list.rows.length === 0 && out.total > 0) return 'No row of this list could be used, so it says nothing.'
  if (out.total > 0) return 'For the rows that could be read, the roster already matches the list.'
  return 'The roster already matches the list.'
}

function heldNotice(held: NonNullable<Reconciliation['held']>, { result: { plan } }: Draft): Html {
  const leave = plan.remove.length + plan.clear.length
  if (held === 'list_unclear') {
    return notice(
      'problem',
      `Nobody would be removed, because ${HELD[held]}.`,
      html`<p>
        ${plan.add.length + plan.update.length > 0 ? 'Applying the list adds and changes people at once, and the plan is held with nobody to remove.' : null}
        Correct the rows that were left out and send the list again.
      </p>`,
    )
  }
  return notice(
    'problem',
    `The removals would be held, because ${HELD[held]}.`,
    html`<p>
      Applying the list adds and changes people at once; ${count(leave, 'person', 'people')} would leave only after an
      approval.
    </p>`,
  )
}

const clearing = (people: number): Html | null =>
  people === 0
    ? null
    : html`<p>
        ${count(people, 'person', 'people')} would lose the address: they leave the group and wait for another one.
      </p>`

const keeping = (people: number): Html | null =>
  people === 0
    ? null
    : html`<p>
        ${count(people, 'protected person', 'protected people')} would stay, though the list does not keep them in.
      </p>`

/** The columns may have been understood wrongly. */
function columnsAgain({ roster, upload, columns }: DraftPage): Html {
  return html`<form method="post" action="${path`/console/rosters/${roster.id}/upload/columns`}" class="row">
    <input type="hidden" name="upload" value="${upload}" />
    <span class="quiet"
      >${columns === '' ? 'The columns were recognized by their header.' : html`The columns were read as ${columns}.`}</span
    >
    <button type="submit">Say which column is what</button>
  </form>`
}

function rejected({ draft, privacy }: DraftPage): Html {
  const { told, total } = draft.rejected
  return html`<h2>${count(total, 'row')} left out</h2>
    <p class="quiet">Nobody whom such a row names is removed.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Rows left out">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">Row</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          ${told.slice(0, SHOWN).map(
            ({ row, detail }) =>
              html`<tr>
                <td class="number">${row}</td>
                <td>${privacy.text(detail)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${morePeople(total, SHOWN)}`
}

function confirm({ roster, upload, columns, draft, allowEmpty }: DraftPage, changes: number): Html {
  const again = html`<a href="${path`/console/rosters/${roster.id}/upload`}">Send another list</a>`
  if (changes === 0) return html`<div class="row">${again}</div>`
  const isEmpty = draft.result.held === 'empty'
  return html`<form method="post" action="${path`/console/rosters/${roster.id}/upload/apply`}" class="stack">
    <input type="hidden" name="upload" value="${upload}" /><input
      type="hidden"
      name="fingerprint"
      value="${draft.fingerprint}"
    /><input type="hidden" name="columns" value="${columns}" />
    ${isEmpty ? html`<label class="row"><input type="checkbox" name="allowEmpty" value="yes" ${allowEmpty ? html` checked` : null} /> The roster really is to be empty: everybody leaves without a further question</label>` : null}
    <div class="row"><button type="submit" class="primary">Apply this list</button> ${again}</div>
  </form>`
}

function people(title: string, rows: readonly ListedPerson[], total: number, privacy: Privacy): Html {
  return html`<h2>${title}</h2>
    ${personTable({ title, privacy, people: rows })}${morePeople(total, rows.length)}`
}
