import type { WaitCode, WaitsFor } from '@flightroster/core/domain'
import { html, type Content, type Html } from '../html.ts'
import type { Privacy } from '../privacy.ts'
import { when } from '../words.ts'

/** What to do, for somebody who looks at a page: the API's sentence names a request. */
const ON_PAGES: Partial<Record<WaitCode, string>> = {
  lane_paused: 'Resume it on the page “Lanes”.',
  roster_paused: 'Press “Resume” on the page of the roster.',
  roster_held: 'Look at the plan, then approve or reject it.',
}

export function pageAction({ code, action }: Pick<WaitsFor, 'code' | 'action'>): string {
  return ON_PAGES[code] ?? onPages(action)
}

/** A sentence of the API that names a request to ask for a turn, for somebody who has a button for it. */
export const onPages = (action: string) => action.replace(/: POST \/v1\S+\/converge\.?$/, ', by “Sync with Apple now”.')

/** What a page says of what was asked for while something holds everybody up; null: nothing does. */
export function laterWords(wait: WaitsFor | null, where = 'this page'): string | null {
  const isHeldUp = wait !== null && !GOES_ON.has(wait.code)
  return isHeldUp ? `It is carried out once nothing holds it up any more: ${where} says what does.` : null
}

const GOES_ON: ReadonlySet<WaitCode> = new Set(['backlog', 'quiet_time', 'retry', 'roster_held'])

/** What comes at its end, where that is not only that it goes on. */
const UNTIL: Partial<Record<WaitCode, string>> = {
  retry: 'Tried again',
  quiet_time: 'Read',
  backlog: 'Expected to be done',
}

/** Since when, until when, and who has to do something: below what holds something up. */
export function waitLines({ code, since, until, who }: WaitsFor, now: number): Html {
  const isBlocked = code === 'lane_blocked' || code === 'roster_blocked'
  return html`${since === null ? null : html`<p>It began ${when(since, now)}.</p>`}
  ${until === null || until <= now ? null : html`<p>${UNTIL[code] ?? 'Expected to go on'}: ${when(until, now)}.</p>`}
  ${who === null ? null : html`<p>Who has to do it: ${who}.${isBlocked ? ' It then goes on by itself, after a passed check.' : null}</p>`}`
}

/** What holds a whole roster up, first of all on its pages; nothing where it only works off what it has. */
export function waitNotice(
  wait: WaitsFor | null,
  { now, privacy }: { now: number; privacy: Pick<Privacy, 'text'> },
  more: Content = null,
): Html | null {
  if (wait === null || wait.code === 'backlog') return null
  return html`<section class="notice problem" aria-label="What it waits for">
    <p><strong>${privacy.text(wait.detail)}</strong></p>
    <p>${privacy.text(pageAction(wait))}</p>
    ${waitLines(wait, now)} ${more}
  </section>`
}
