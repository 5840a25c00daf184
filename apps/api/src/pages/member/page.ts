import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { maskEmail } from '@flightroster/core/domain'
import type { OpenedLink } from '@flightroster/core/usecases/member-link'
import { html, type Content } from '../html.ts'
import type { View, Words } from './words/index.ts'

export const MEMBER_STYLE = readFileSync(new URL('./member.css', import.meta.url), 'utf8')
export const MEMBER_STYLE_PATH = `/m/${hash('sha256', MEMBER_STYLE, 'hex').slice(0, 12)}.css`

export interface Note {
  kind: 'done' | 'bad'
  text: string
}

/** Where the person stands, from what the record says. */
function viewOf({ record: { desired, status, observed } }: OpenedLink): View {
  if (!desired.present) return 'left'
  if (desired.email === null) return 'address_missing'
  switch (status) {
    case 'pending':
      // A refusal that is being tried again is still a refusal to whoever can mend it.
      return observed?.problem?.code === 'address_invalid' && observed.problem.at >= desired.at
        ? 'failed'
        : 'on_the_way'
    case 'waiting':
    case 'not_invited':
    case 'invited':
    case 'accepted':
    case 'installed':
    case 'failed':
    case 'reclaimed':
      return status
    case 'revoked':
      return 'stopped'
    case 'removed':
      return 'on_the_way'
  }
}

const MAY_INVITE: ReadonlySet<View> = new Set(['invited', 'accepted', 'stopped', 'not_invited', 'reclaimed'])

/** The one page of one member. No address is shown whole: the link may be in the wrong hands. */
export function memberOwnPage(words: Words, link: OpenedLink, token: string, note?: Note): string {
  const { roster, record } = link
  const fill = filler(roster.app.name, record.desired.email)
  const view = viewOf(link)
  const { state, steps } = words.views[view]
  const at = `/m/${token}`
  const isIn = view !== 'left'
  const body = html`${note ? noteBox(note) : null}
    <p class="state">${fill(state)}</p>
    <ol>
      ${steps.map((step) => html`<li>${fill(step)}</li>`)}
    </ol>
    ${isIn ? addressForm(words, fill, at, record.desired.email !== null) : null}
    ${
      MAY_INVITE.has(view)
        ? html`<form method="post" action="${`${at}/invitation`}">
            <button class="second">${words.inviteAgain}</button>
          </form>`
        : null
    }
    ${isIn ? html`<p class="leave"><a href="${`${at}/leave`}">${words.leave}</a></p>` : null}`
  return page(words, fill(words.title), body)
}

function addressForm(words: Words, fill: Fill, at: string, isKnown: boolean): Content {
  return html`<form method="post" action="${`${at}/address`}">
    <label for="email">${words.address}</label>
    <p class="quiet" id="hint">${isKnown ? fill(words.addressKnown) : words.addressHint}</p>
    <input id="email" name="email" type="email" autocomplete="email" maxlength="254" required aria-describedby="hint" />
    <button class="${isKnown ? 'second' : ''}">${words.save}</button>
  </form>`
}

export function leavePage(words: Words, { roster, record }: OpenedLink, token: string): string {
  const fill = filler(roster.app.name, record.desired.email)
  const body = html`<p class="state">${fill(words.leaveQuestion)}</p>
    <form method="post" action="${`/m/${token}/leave`}">
      <input type="hidden" name="confirm" value="yes" />
      <button>${words.leaveYes}</button> <a class="button second" href="${`/m/${token}`}">${words.leaveNo}</a>
    </form>`
  return page(words, fill(words.title), body)
}

/** Of a link that is forged, void or outdated: these look the same. */
export function voidPage(words: Words): string {
  return page(words, words.voidTitle, html`<p>${words.voidText}</p>`)
}

/** Without a link's content: what is said when the store can't be reached. */
export function troublePage(words: Words, text: string): string {
  return page(words, 'TestFlight', noteBox({ kind: 'bad', text }))
}

function noteBox({ kind, text }: Note): Content {
  return html`<p class="note ${kind === 'bad' ? 'bad' : ''}" role="${kind === 'bad' ? 'alert' : 'status'}">${text}</p>`
}

type Fill = (text: string) => string

function filler(app: string, email: string | null): Fill {
  const address = email === null ? '' : maskEmail(email)
  return (text) => text.replaceAll('{app}', app).replaceAll('{address}', address)
}

function page({ language }: Words, title: string, body: Content): string {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <title>${title}</title>
        <link rel="stylesheet" href="${MEMBER_STYLE_PATH}" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.text
}
