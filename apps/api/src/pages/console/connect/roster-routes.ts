import { DEFAULT_POLICIES } from '@flightroster/core/domain'
import { isAppError } from '@flightroster/core/errors'
import { describeRoster, getRoster, putRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../../deps.ts'
import { onBehalfOf } from '../../../on-behalf-of.ts'
import type { ApiServer } from '../../../server.ts'
import { recordId } from '../../../schemas/ids.ts'
import { formFaults } from '../../form-faults.ts'
import { readForm } from '../../forms.ts'
import { html, path, type Html } from '../../html.ts'
import { notice } from '../../layout.ts'
import { AlreadyThere, assertNew, untilThere, wasSentBefore } from '../../making.ts'
import { note } from '../../note.ts'
import { errorNotice } from '../../page-errors.ts'
import { CHANGE, OPERATOR_VIEW } from '../../page-config.ts'
import { takenFault } from '../../record-list.ts'
import { sendHtml } from '../../send-html.ts'
import { rosterIdOf } from '../roster-routes.ts'
import { readRules, RULE_LABELS, typedRules } from '../rule-fields.ts'
import { readChoice, sendGroups, teamKeyOf } from './choice-routes.ts'
import { baseUrlOf, connectedPage } from './connected-page.ts'
import { rulesPage } from './rules-page.ts'

export function connectRosterRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post('/console/connect/:teamKeyId/roster', CHANGE, async (request, reply) => {
    const form = readForm(request)
    const teamKey = await teamKeyOf(deps, request)
    const [appId, groupId, rosterId] = [form.text('app'), form.text('group'), form.text('roster')]
    const choice = await readChoice(onBehalfOf(deps, request), teamKey, appId, groupId, form.text('name'))
    if ('problem' in choice) return sendGroups(deps, request, reply, appId, choice.problem)
    const again = (problem: Html, status = 422) => {
      const page = { user: request.user, teamKey: teamKey.id, ...choice, rosterId, problem }
      return sendHtml(reply, rulesPage({ ...page, rules: typedRules(form, DEFAULT_POLICIES) }), status)
    }
    if (!recordId.safeParse(rosterId).success) return again(ID_FAULT)
    const done = path`/console/rosters/${rosterId}/connected`
    // Apple may be asked for a new group meanwhile, and would make two.
    if ((await wasSentBefore(deps, request)) && (await untilThere(() => deps.store.rosters.find(rosterId), MAKING_MS)))
      return reply.redirect(done, 303)
    const rules = readRules(form)
    if (!rules.success) return again(formFaults(rules.error, RULE_LABELS, 'Rules'))
    const group = 'id' in choice.group ? { id: choice.group.id } : choice.group
    const input = {
      id: rosterId,
      teamKey: teamKey.id,
      app: { id: choice.app.id },
      group,
      ...DEFAULT_POLICIES,
      ...rules.data,
    }
    try {
      await putRoster(onBehalfOf(deps, request), input, undefined, assertNew)
    } catch (error) {
      if (error instanceof AlreadyThere)
        return again(takenFault('roster', rosterId, path`/console/rosters/${rosterId}`), 409)
      if (isAppError(error, 'group_in_use', 'group_internal', 'group_not_found', 'group_refused', 'group_ambiguous')) {
        return sendGroups(deps, request, reply, appId, errorNotice(error))
      }
      if (isAppError(error, 'conflict', 'roster_bound', 'apple_unavailable', 'apple_unreachable'))
        return again(errorNotice(error))
      throw error
    }
    await note(deps, request, 'roster.put', `roster:${rosterId}`, `group ${choice.group.name}`)
    return reply.redirect(done, 303)
  })

  app.get('/console/rosters/:rosterId/connected', OPERATOR_VIEW, async (request, reply) => {
    const described = await describeRoster(deps, await getRoster(deps, rosterIdOf(request)))
    return sendHtml(
      reply,
      connectedPage({ user: request.user, roster: described.roster, base: baseUrlOf(deps, request) }),
    )
  })
}

const MAKING_MS = 10_000
const ID_FAULT = notice('problem', 'This roster id is not valid.', html`<p>Use 1 to 64 of A-Z a-z 0-9 . _ -</p>`)
