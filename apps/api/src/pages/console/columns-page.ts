import type { DashboardUser, Roster } from '@flightroster/core/domain'
import { proposeField, type ColumnMap, type ListField } from '../../routes/members/put-roster-columns.ts'
import { html, path, type Html } from '../html.ts'
import { layout } from '../layout.ts'
import type { Privacy } from '../privacy.ts'

const FIELDS: [ListField, string][] = [
  ['id', 'Id'],
  ['email', 'E-mail address'],
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
]

export interface ColumnsPage {
  user: DashboardUser
  privacy: Privacy
  roster: Roster
  upload: string
  /** The first rows as they stand. */
  rows: readonly (readonly string[])[]
  hasHeader: boolean
  /** As somebody said of the last list. */
  remembered: ColumnMap | undefined
  problem?: Html | undefined
}

/** Which column of the list is what: a person looks at its first rows and says so. */
export function columnsPage(input: ColumnsPage): string {
  const { user, roster, rows, hasHeader } = input
  const width = Math.max(...rows.map((row) => row.length))
  const columns = Array.from({ length: width }, (_, at) => at)
  const proposals = proposalsFor(input, columns)
  const body = html`<p class="crumbs">
      <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
    </p>
    <h1>Which column is what?</h1>
    ${input.problem}
    <p>
      These are the first rows of the list. Say which column holds what; the others are ignored. Your answer is
      remembered for the next list of this roster.
    </p>
    <form method="post" action="${path`/console/rosters/${roster.id}/upload/columns`}" class="stack">
      <input type="hidden" name="upload" value="${input.upload}" /><input type="hidden" name="chosen" value="yes" />
      <label class="row"
        ><input type="checkbox" name="header" value="yes" ${hasHeader ? html` checked` : null} /> The first row holds
        the names of the columns</label
      >
      <div class="scroll" tabindex="0" role="region" aria-label="First rows of the list">
        <table>
          <thead>
            <tr>
              ${columns.map((at) => html`<th scope="col">${choice(at, rows[0]?.[at] ?? '', proposals.get(at))}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) =>
                html`<tr>
                  ${columns.map((at) => html`<td>${input.privacy.text(row[at] ?? '')}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <div class="row">
        <button type="submit" class="primary">Show what would change</button>
        <a href="${path`/console/rosters/${roster.id}/upload`}">Send another list</a>
      </div>
    </form>`
  return layout({ title: 'Which column is what?', section: 'console', user, body })
}

function choice(at: number, name: string, proposed: ListField | undefined): Html {
  return html`<select name="column-${at}" aria-label="Column ${at + 1}${name === '' ? '' : `, ${name}`}">
    <option value="">ignored</option>
    ${FIELDS.map(
      ([field, label]) =>
        html`<option value="${field}" ${field === proposed ? html` selected` : null}>${label}</option>`,
    )}
  </select>`
}

/** What was said of the last list, where this one has the same names; else what the names are likely to mean; each field once. */
function proposalsFor({ rows, hasHeader, remembered }: ColumnsPage, columns: number[]): Map<number, ListField> {
  const proposals = new Map<number, ListField>()
  const taken = new Set<ListField>()
  const propose = (at: number, field: ListField | undefined) => {
    if (field === undefined || taken.has(field) || proposals.has(at)) return
    proposals.set(at, field)
    taken.add(field)
  }
  for (const [field, name] of remembered ?? []) {
    const at = columns.find((column) => (hasHeader ? rows[0]?.[column] === name : name === `#${column + 1}`))
    if (at !== undefined) propose(at, field)
  }
  for (const at of columns) {
    const cells = rows.slice(hasHeader ? 1 : 0).map((row) => row[at] ?? '')
    if (hasHeader) propose(at, proposeField(rows[0]?.[at] ?? ''))
    if (cells.some((cell) => /^[^\s@]+@[^\s@]+$/.test(cell))) propose(at, 'email')
  }
  return proposals
}
