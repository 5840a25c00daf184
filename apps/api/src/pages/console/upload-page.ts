import type { DashboardUser, Reconciliation, Roster } from '@flightroster/core/domain'
import { html, path, type Html } from '../html.ts'
import { layout, notice } from '../layout.ts'
import type { Privacy } from '../privacy.ts'
import { count, duration, number } from '../words.ts'
import type { Draft } from './uploaded-list.ts'

function crumbs(roster: Roster): Html {
  return html`<p class="crumbs">
    <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
  </p>`
}

export function uploadPage(user: DashboardUser, roster: Roster, problem?: Html): string {
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
          usual separator, with or without a header.</small
        ><input id="file" type="file" name="file" accept=".csv,text/csv,text/plain" />
      </div>
      <div class="field">
        <label for="text">or its text</label
        ><textarea
          id="text"
          name="text"
          rows="8"
          spellcheck="false"
          placeholder="id,email,firstName,lastName"
        ></textarea>
      </div>
      <button type="submit" class="primary">Show what would change</button>
    </form>`
  return layout({ title: 'Upload a list', section: 'console', user, body })
}

const HELD: Record<NonNullable<Reconciliation['held']>, string> = {
  roster: 'it would remove more people than the guard of this roster allows',
  team_key: 'the rosters of this team key together would lose more people than their guards allow',
  empty: 'it would leave nobody on the roster',
  list: 'too many of its rows could not be read to trust what is missing',
}

export interface DraftPage {
  user: DashboardUser
  privacy: Privacy
  roster: Roster
  draft: Draft
  upload: string
  allowEmpty: boolean
  /** The plan is another than the one that was confirmed. */
  hasChanged: boolean
}

const SHOWN = 200

export function draftPage(input: DraftPage): string {
  const { user, roster, draft, hasChanged } = input
  const { plan, estimate, held } = draft.result
  const changes = plan.add.length + plan.update.length + plan.remove.length
  const card = (label: string, value: number) =>
    html`<div class="card">
      <div class="value">${number(value)}</div>
      <div class="label">${label}</div>
    </div>`
  const body = html`${crumbs(roster)}
    <h1>What this list would change</h1>
    ${hasChanged ? notice('problem', 'The roster has changed since the plan was shown.', html`<p>Nothing was taken over. This is the plan as it is now.</p>`) : null}
    <p class="lead">Nothing has happened yet.</p>
    <div class="cards">
      ${card('to add', plan.add.length)}${card('to change', plan.update.length)}${card('to remove', plan.remove.length)}${card('as they are', plan.unchanged)}
    </div>
    ${changes === 0 ? html`<p>The roster is as the list says already.</p>` : html`<p>About ${count(estimate.calls, 'call')} to Apple, ${duration(estimate.seconds * 1000)}.</p>`}
    ${held ? heldNotice(held, plan.remove.length) : null} ${draft.list.rejected.length > 0 ? rejected(input) : null}
    ${confirm(input, changes)}
    ${
      plan.remove.length > 0
        ? html`<h2>Who would leave</h2>
            ${leaving(input)}`
        : null
    }
    ${
      plan.add.length > 0
        ? html`<h2>Who would come</h2>
            ${people('Who would come', plan.add, input)}`
        : null
    }
    ${
      plan.update.length > 0
        ? html`<h2>Whose data would change</h2>
            ${people('Whose data would change', plan.update, input)}`
        : null
    }`
  return layout({ title: 'What this list would change', section: 'console', user, body })
}

function heldNotice(held: NonNullable<Reconciliation['held']>, leave: number): Html {
  return notice(
    'problem',
    `The removals would be held, because ${HELD[held]}.`,
    html`<p>
      Taking the list over adds and changes people at once; ${count(leave, 'person', 'people')} would leave only after
      an approval.
    </p>`,
  )
}

function rejected({ draft, privacy }: DraftPage): Html {
  const { rejected: rows } = draft.list
  return html`<h2>${count(rows.length, 'row')} left out</h2>
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
          ${rows.slice(0, SHOWN).map(
            ({ row, detail }) =>
              html`<tr>
                <td class="number">${row}</td>
                <td>${privacy.text(detail)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${more(rows.length, SHOWN)}`
}

function confirm({ roster, upload, draft, allowEmpty }: DraftPage, changes: number): Html {
  const again = html`<a href="${path`/console/rosters/${roster.id}/upload`}">Send another list</a>`
  if (changes === 0) return html`<div class="row">${again}</div>`
  const isEmpty = draft.list.rows.length === 0
  return html`<form method="post" action="${path`/console/rosters/${roster.id}/upload/apply`}" class="stack">
    <input type="hidden" name="upload" value="${upload}" /><input
      type="hidden"
      name="fingerprint"
      value="${draft.fingerprint}"
    />
    ${isEmpty ? html`<label class="row"><input type="checkbox" name="allowEmpty" value="yes" ${allowEmpty ? html` checked` : null} /> The roster really is to be empty: everybody leaves without a further question</label>` : null}
    <div class="row"><button type="submit" class="primary">Take this list over</button> ${again}</div>
  </form>`
}

function leaving({ draft, privacy }: DraftPage): Html {
  const rows = draft.leaving.map(({ id, record }) => ({
    id,
    email: record?.desired.email ?? null,
    firstName: record?.desired.firstName ?? null,
    lastName: record?.desired.lastName ?? null,
  }))
  return html`${table('Who would leave', rows, privacy)}${more(draft.result.plan.remove.length, rows.length)}`
}

type Person = { id: string; email: string | null; firstName: string | null; lastName: string | null }

function people(label: string, rows: readonly Person[], { privacy }: DraftPage): Html {
  return html`${table(label, rows.slice(0, SHOWN), privacy)}${more(rows.length, SHOWN)}`
}

function table(label: string, rows: readonly Person[], privacy: Privacy): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          <th scope="col">Id</th>
          <th scope="col">Name</th>
          <th scope="col">Address</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (person) =>
            html`<tr>
              <th scope="row">${privacy.id(person.id)}</th>
              <td>${privacy.name(person)}</td>
              <td>${privacy.email(person.email)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

const more = (total: number, shown: number) =>
  total > shown ? html`<p>… and ${number(total - shown)} more.</p>` : null
