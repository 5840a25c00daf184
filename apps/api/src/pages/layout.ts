import type { DashboardUser } from '@flightroster/core/domain'
import { html, type Content, type Html } from './html.ts'
import { STYLE_PATH } from './style.ts'

/** A page of the console, as its layout takes it. */
export interface Page {
  title: string
  /** Which entry of the navigation is the current one. */
  section?:
    | 'console'
    | 'lanes'
    | 'connect'
    | 'audit'
    | 'activity'
    | 'webhooks'
    | 'notices'
    | 'sources'
    | 'scim'
    | undefined
  /** Undefined: nobody has logged in. */
  user?: DashboardUser | undefined
  body: Content
  /** Wider than text: tables. */
  wide?: boolean
}

/** The whole page: head, navigation, who is logged in, body. */
export function layout({ title, section, user, body, wide }: Page): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title} · Flightroster</title>
        <link rel="stylesheet" href="${STYLE_PATH}" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="bar">
          <div class="inside">
            <a class="brand" href="/console"><span aria-hidden="true">✈</span> Flightroster</a>
            ${user ? navigation(section, user) : null}
          </div>
        </header>
        <main id="main" class="${wide ? 'wide' : 'text'}" tabindex="-1">${body}</main>
      </body>
    </html> `
  return page.text
}

function navigation(section: Page['section'], user: DashboardUser): Html {
  const link = (name: Page['section'], href: string, label: string) =>
    html`<li><a href="${href}" ${name === section ? html` aria-current="page"` : null}>${label}</a></li>`
  return html`<nav aria-label="Main">
      <ul>
        ${link('console', '/console', 'Rosters')}
        ${user.role === 'operator' ? link('connect', '/console/connect', 'Connect an app') : null}
        ${link('lanes', '/lanes', 'Lanes')}
        ${user.role === 'operator' ? html`${link('webhooks', '/console/webhooks', 'Webhooks')}${link('notices', '/console/notices', 'Notices')}` : null}
        ${link('sources', '/console/sources', 'Sources')} ${link('scim', '/console/scim', 'SCIM')}
        <li><a href="/dashboard">Queues</a></li>
        ${link('activity', '/console/activity', 'Activity')} ${link('audit', '/console/audit', 'Audit log')}
      </ul>
    </nav>
    <form class="who" method="post" action="/logout">
      <span class="name" title="${user.name}">${user.name}</span> <span class="quiet">(${user.role})</span>
      <button class="plain" type="submit">Log out</button>
    </form>`
}

/** The sentence on top after something was done, or could not be. */
export function notice(kind: 'done' | 'problem', title: string, more?: Content): Html {
  return html`<div class="notice ${kind}" role="${kind === 'done' ? 'status' : 'alert'}">
    <p><strong>${title}</strong></p>
    ${more}
  </div>`
}

/** For what can't be taken back: asks once, saying what will happen. Works without scripts. */
export function askFirst(label: Content, what: Content, yes: Html): Html {
  return html`<details class="ask">
    <summary class="button">${label}</summary>
    <div class="notice hint">
      <p>${what}</p>
      ${yes}
    </div>
  </details>`
}

/** A form of one button. `fields`: what it sends, hidden; `tone`: the class of the button. */
export function button(action: string, label: string, fields: Record<string, string> = {}, tone = ''): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  return html`<form class="inline" method="post" action="${action}">
    ${hidden}<button type="submit" class="${tone}">${label}</button>
  </form>`
}
