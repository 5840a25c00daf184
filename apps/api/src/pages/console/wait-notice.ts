import type { WaitsFor } from '@flightroster/core/domain'
import { html, type Content, type Html } from '../html.ts'
import type { Privacy } from '../privacy.ts'
import { when } from '../words.ts'

/** Since when, until when, and who has to do something: below what holds something up. */
export function waitLines({ code, since, until, who }: WaitsFor, now: number): Html {
  const isBlocked = code === 'lane_blocked' || code === 'roster_blocked'
  return html`${since === null ? null : html`<p>Since ${when(since, now)}.</p>`}
  ${until === null || until <= now ? null : html`<p>Expected to go on: ${when(until, now)}.</p>`}
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
    <p>${privacy.text(wait.action)}</p>
    ${waitLines(wait, now)} ${more}
  </section>`
}
