import type { z } from 'zod'
import { html, type Html } from './html.ts'
import { notice } from './layout.ts'

/** What is wrong with a form, by the labels of its fields; nothing of it was kept. */
export function formFaults(error: z.ZodError, labels: Readonly<Record<string, string>>, whole: string): Html {
  const faults = error.issues.map(({ path, message }) => html`<li>${labels[String(path[0])] ?? whole}: ${message}</li>`)
  return notice(
    'problem',
    'Nothing was changed.',
    html`<ul>
      ${faults}
    </ul>`,
  )
}

/** A text that is not a whole number stays a text; validation refuses it. */
export function toNumber(text: string): number | string {
  return /^-?\d{1,9}$/.test(text) ? Number(text) : text
}
