import { type DashboardUser, DEFAULT_POLICIES } from '@flightroster/core/domain'
import { html, path, type Html } from '../../html.ts'
import { layout } from '../../layout.ts'
import { onceField } from '../../making.ts'
import { ruleFields, type ShownRules } from '../rule-fields.ts'
import { steps } from './steps.ts'

export interface RulesPage {
  user: DashboardUser
  teamKey: string
  app: { id: string; name: string }
  group: { id: string; name: string } | { name: string; create: true }
  rosterId: string
  /** The rules as they were sent, where they were refused. */
  rules?: ShownRules
  problem?: Html | undefined
}

export function rulesPage({ user, teamKey, app, group, rosterId, rules, problem }: RulesPage): string {
  const chosen =
    'id' in group
      ? html`<input type="hidden" name="group" value="${group.id}" />`
      : html`<input type="hidden" name="group" value="new" />`
  const body = html`<h1>Connect an app</h1>
    ${steps('Rules')}${problem}
    <p>${app.name}, ${'id' in group ? `the group “${group.name}”` : `a new group “${group.name}”`}</p>
    <form method="post" action="${path`/console/connect/${teamKey}/roster`}" class="stack">
      ${onceField()}<input type="hidden" name="app" value="${app.id}" />${chosen}<input
        type="hidden"
        name="name"
        value="${group.name}"
      />
      <div class="field narrow">
        <label for="roster">Id of the roster</label
        ><small id="roster-help">Your system names it in events. A-Z a-z 0-9 . _ - It cannot be changed later.</small>
        <input
          id="roster"
          name="roster"
          value="${rosterId}"
          required
          pattern="[A-Za-z0-9._\\-]{1,64}"
          aria-describedby="roster-help"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
        />
      </div>
      ${ruleFields(rules ?? DEFAULT_POLICIES)}
      <button type="submit" class="primary">Connect</button>
    </form>`
  return layout({ title: 'Connect an app: rules', section: 'connect', user, body })
}
