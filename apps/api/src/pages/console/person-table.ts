import { cell } from '../cell.ts'
import { html, type Html } from '../html.ts'
import type { Privacy } from '../privacy.ts'
import { number } from '../words.ts'

export interface ListedPerson {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
}

interface PersonTable {
  title: string
  privacy: Privacy
  people: readonly ListedPerson[]
  /** To the page of a person who is on the roster already. */
  href?: (id: string) => string
  /** A column of its own, for those of whom there is more to say. */
  why?: ReadonlyMap<string, string> | undefined
}

/** Whom a plan is about, wherever it is shown: before it is taken over, while it is held, and what binding a group would do. */
export function personTable({ title, privacy, people, href, why }: PersonTable): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
    <table role="table" class="cards-on-phone">
      <thead role="rowgroup">
        <tr role="row">
          ${privacy.isOperator ? column('Name') : null} ${column('Address')} ${column('Id')}
          ${why ? column('Why') : null}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${people.map(
          (person) =>
            html`<tr role="row">
              ${privacy.isOperator ? cell('Name', privacy.name(person)) : null}
              ${cell('Address', person.email === null ? html`<span class="quiet">none yet</span>` : privacy.email(person.email))}
              <th scope="row" role="rowheader">
                ${href ? html`<a href="${href(person.id)}">${privacy.id(person.id)}</a>` : privacy.id(person.id)}
              </th>
              ${why ? cell('Why', why.get(person.id) ?? '') : null}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

const column = (name: string) => html`<th scope="col" role="columnheader">${name}</th>`

/** For who is not shown in the table: of very many the first are. */
export const morePeople = (total: number, shown: number): Html | null =>
  total > shown ? html`<p>… and ${number(total - shown)} more.</p>` : null
