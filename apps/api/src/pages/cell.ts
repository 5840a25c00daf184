import { html, type Content, type Html } from './html.ts'

/** A cell of a table that is a card on a telephone (`cards-on-phone`): there its label stands before it, and an empty one is left out. */
export function cell(label: string, content: Content, kind: '' | 'number' = ''): Html {
  return content === '' || content === null
    ? html`<td role="cell" class="none"></td>`
    : html`<td role="cell" class="${kind}" data-label="${label}">${content}</td>`
}
