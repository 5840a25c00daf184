import type { DashboardUser } from '@flightroster/core/domain'
import type { Form } from '../forms.ts'
import { html, path, type Html } from '../html.ts'
import { layout } from '../layout.ts'
import { addPerson } from './roster-page.ts'

export function addPersonAgain(user: DashboardUser, roster: string, problem: Html, typed: Form): string {
  const body = html`<p class="crumbs">
      <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster}`}">${roster}</a> ›
    </p>
    <h1>Add a person</h1>
    ${problem}${addPerson(roster, typed)}`
  return layout({ title: 'Add a person', section: 'console', user, body })
}
