import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Form } from './forms.ts'
import { html, type Html } from './html.ts'
import { notice } from './layout.ts'

/** Somebody else changed what a form was filled from, after its page was made: saving would undo that without a word. */
export class ChangedMeanwhile extends Error {
  override readonly name = 'ChangedMeanwhile'
}

/** Stands for what a form was filled from, and tells nothing of it. `shown`: what the form would replace, in a fixed order. */
function editionOf(shown: unknown): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22)
}

/** A hidden field of a form that says from what the form was filled. */
export function editionField(shown: unknown): Html {
  return html`<input type="hidden" name="edition" value="${editionOf(shown)}" />`
}

/** Throws ChangedMeanwhile where the form was filled from something else than what it is about to replace. */
export function assertEdition(form: Form, current: unknown): void {
  // A script that fills no form in has seen nothing that could be outdated.
  if (form.has('edition') && form.text('edition') !== editionOf(current)) throw new ChangedMeanwhile()
}

/** `typed` and `current` are compared by the fields that `labels` names. */
export function changedNotice(labels: Readonly<Record<string, string>>, typed: object, current: object): Html {
  const [mine, theirs] = [new Map(Object.entries(typed)), new Map(Object.entries(current))]
  const others = Object.entries(labels).flatMap(([name, label]) =>
    isDeepStrictEqual(mine.get(name), theirs.get(name)) ? [] : [label],
  )
  return notice(
    'problem',
    'Nothing was saved: somebody else changed this after you opened the page.',
    others.length === 0
      ? html`<p>What is saved now is what you typed.</p>`
      : html`<p>What you typed is below. It differs from what is saved now in: ${others.join(', ')}.</p>
          <p>Save again to replace it, or open the page anew to see what is saved now.</p>`,
  )
}
