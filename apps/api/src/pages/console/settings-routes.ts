import { isAppError } from '@flightroster/core/errors'
import { getRoster, putRoster } from '@flightroster/core/usecases/rosters'
import type { DashboardUser, Roster } from '@flightroster/core/domain'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { ChangedMeanwhile, assertEdition, changedNotice, editionField } from '../edition.ts'
import { formFaults } from '../form-faults.ts'
import { readForm } from '../forms.ts'
import { html, path, query, type Html } from '../html.ts'
import { layout } from '../layout.ts'
import { note } from '../note.ts'
import { CHANGE, OPERATOR_VIEW } from '../page-config.ts'
import { errorNotice } from '../page-errors.ts'
import { sendHtml } from '../send-html.ts'
import { rosterIdOf } from './roster-routes.ts'
import { assertPolicies, policiesOf } from './roster-policies.ts'
import { readRules, RULE_LABELS, RULE_NAMES, ruleFields, rulesOf, typedRules, type ShownRules } from './rule-fields.ts'

/** The rules of a roster, to be changed: the same as its PUT. */
export function settingsRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/rosters/:rosterId/settings', OPERATOR_VIEW, async (request, reply) => {
    const roster = await getRoster(deps, rosterIdOf(request))
    return sendHtml(reply, settingsPage(request.user, roster, roster))
  })

  app.post('/console/rosters/:rosterId/settings', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const roster = await getRoster(deps, rosterIdOf(request))
    const read = readRules(form)
    if (!read.success) {
      const about = formFaults(read.error, RULE_LABELS, 'Rules')
      return sendHtml(reply, settingsPage(request.user, roster, typedRules(form, roster), about), 422)
    }
    try {
      assertEdition(form, rulesOf(roster))
      const { id, teamKey, app: ofApp, group } = roster
      const input = { id, teamKey, app: { id: ofApp.id }, group: { id: group.id }, ...policiesOf(roster), ...read.data }
      // Nothing but rules: who named the SCIM group, say, stays as it is noted.
      await putRoster(onBehalfOf(deps, request), input, 'rules', assertPolicies(roster))
    } catch (error) {
      if (error instanceof ChangedMeanwhile) {
        const current = await getRoster(deps, roster.id)
        const about = changedNotice(RULE_NAMES, read.data, current)
        return sendHtml(reply, settingsPage(request.user, current, read.data, about), 409)
      }
      if (!isAppError(error, 'conflict', 'rate_limited')) throw error
      return sendHtml(reply, settingsPage(request.user, roster, read.data, errorNotice(error)), 409)
    }
    await note(deps, request, 'roster.put', `roster:${roster.id}`, 'rules')
    return reply.redirect(path`/console/rosters/${roster.id}` + query({ done: 'settings' }), 303)
  })
}

function settingsPage(user: DashboardUser, roster: Roster, rules: ShownRules, about?: Html): string {
  const body = html`<p class="crumbs">
      <a href="/console">Rosters</a> › <a href="${path`/console/rosters/${roster.id}`}">${roster.id}</a> ›
    </p>
    <h1>Settings of ${roster.id}</h1>
    ${about}
    <p class="lead">
      They apply from the next change, list or reconciliation on. App and group cannot be changed; the
      <a href="${path`/console/seats/${roster.teamKey}/${roster.app.id}`}">seats of the app</a>, the rule for
      <a href="${path`/console/rosters/${roster.id}/idle`}">idle testers</a> and the
      <a href="/console/scim">SCIM group</a> are changed on their own pages.
    </p>
    <form method="post" action="${path`/console/rosters/${roster.id}/settings`}" class="stack">
      ${editionField(rulesOf(roster))} ${ruleFields(rules)}
      <button type="submit" class="primary">Save the settings</button>
    </form>`
  return layout({ title: `Settings of ${roster.id}`, section: 'console', user, body })
}
