import { html, type Content, type Html } from './html.ts'

/** A cell of a table that is a card on a telephone (`cards-on-phone`): there its label stands before it, and an empty one is left out. */
export function cell(label: string, content: Content, kind: '' | 'number' = ''): Html {
  return content === '' || content === null
    ? html`<td role="cell" class="none"></td>`
    : html`<td role="cell" class="${kind}" data-label="${label}">${content}</td>`
}

/** What stands above a column; `number`: what stands below is one. */
export type Column = string | { number: string }

const labelOf = (column: Column | undefined) => (typeof column === 'object' ? column.number : (column ?? ''))
const kindOf = (column: Column | undefined) => (typeof column === 'object' ? 'number' : '')

/** A table whose rows become cards where the screen is narrow. */
export interface CardTable {
  /** For who hears it: `Webhooks`. */
  title: string
  head: readonly Column[]
  /** A cell for each column. */
  rows: readonly (readonly Content[])[]
  /** The first cell names the row: on a telephone it is the title of its card. */
  isNamed?: boolean
}

/** A table whose rows are cards on a telephone, so that nothing of them is cut or has to be scrolled to. */
export function cardTable({ title, head, rows, isNamed = true }: CardTable): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
    <table role="table" class="cards-on-phone">
      <thead role="rowgroup">
        <tr role="row">
          ${head.map((column) => html`<th scope="col" role="columnheader" class="${kindOf(column)}">${labelOf(column)}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows.map(
          (cells) =>
            html`<tr role="row">
              ${cells.map((content, at) =>
                isNamed && at === 0
                  ? html`<th scope="row" role="rowheader">${content}</th>`
                  : cell(labelOf(head[at]), content, kindOf(head[at])),
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
