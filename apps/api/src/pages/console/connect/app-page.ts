import type { DashboardUser } from '@flightroster/core/domain'
import type { Finding } from '@flightroster/core/usecases/team-keys'
import { findingsList } from '../../findings.ts'
import { html, path, type Html } from '../../html.ts'
import { layout } from '../../layout.ts'
import { count } from '../../words.ts'
import { steps } from './steps.ts'

export interface AppPage {
  user: DashboardUser
  teamKey: string
  findings: readonly Finding[]
  apps: readonly { id: string; name: string; bundleId: string; rosters: number }[]
}

export function appPage({ user, teamKey, findings, apps }: AppPage): string {
  const body = html`<h1>Connect an app</h1>${steps('App')}
<details${findings.every(({ ok }) => ok) ? null : html` open`}><summary>${findings.every(({ ok }) => ok) ? `The key “${teamKey}” works: everything that it is needed for was tried.` : `The key “${teamKey}” was tried:`}</summary>${findingsList(findings)}</details>
<h2>Which app?</h2>${apps.length === 0 ? nothing(teamKey) : choice(teamKey, apps)}`
  return layout({ title: 'Connect an app: app', section: 'connect', user, body })
}

function nothing(teamKey: string): Html {
  return html`<p class="empty">
    The key sees no app. <a href="${path`/console/connect/${teamKey}/app`}">Look again</a>
  </p>`
}

function choice(teamKey: string, apps: AppPage['apps']): Html {
  return html`<form method="get" action="${path`/console/connect/${teamKey}/group`}" class="stack">
    <ul class="choices">
      ${apps.map(
        ({ id, name, bundleId, rosters }, at) =>
          html`<li>
            <label
              ><input
                type="radio"
                name="app"
                value="${id}"
                required${at === 0 && apps.length === 1 ? html` checked` : null}
              />
              <span
                ><strong>${name}</strong>
                <span class="quiet">${bundleId}${rosters > 0 ? ` · ${count(rosters, 'roster')} here` : ''}</span></span
              ></label
            >
            <a href="${path`/console/seats/${teamKey}/${id}`}">Seats<span class="hidden"> of ${name}</span></a>
          </li>`,
      )}
    </ul>
    <button type="submit" class="primary">Go on</button>
  </form>`
}
