import { AppError, isAppError } from '@flightroster/core/errors'
import {
  approveReconciliation,
  getReconciliation,
  listReconciliations,
  rejectReconciliation,
} from '@flightroster/core/usecases/reconcile'
import { explainRoster } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { readForm } from '../forms.ts'
import { html, path, query, type Html } from '../html.ts'
import { notice } from '../layout.ts'
import { actorOf, note } from '../note.ts'
import { CHANGE, LONG_OPERATOR_VIEW, LONG_VIEW, VIEW } from '../page-config.ts'
import { maskAddresses, privacyOf } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { createMemberNames } from './member-link.ts'
import { planCsv, readPlanPeople, type PlanPeople } from './plan-people.ts'
import { planPage, plansPage } from './plans-page.ts'
import { rosterIdOf } from './roster-routes.ts'
import { paramOf, queryOf } from '../../request-texts.ts'

const PER_PAGE = 50

export function planRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/rosters/:rosterId/plans', VIEW, async (request, reply) => {
    const { after } = queryOf(request)
    const roster = await getRoster(deps, rosterIdOf(request))
    const { items, next } = await listReconciliations(deps, roster, { limit: PER_PAGE, after })
    return sendHtml(reply, plansPage({ user: request.user, roster, plans: items, next, now: deps.clock.now() }))
  })

  app.get('/console/rosters/:rosterId/plans/:planId', LONG_VIEW, async (request, reply) => {
    const { changed, done } = queryOf(request)
    const words = done !== undefined && Object.hasOwn(DONE, done) ? DONE[done] : undefined
    const about = changed ? planChanged() : words ? notice('done', words) : undefined
    return sendPlan(deps, request, reply, about)
  })

  app.get('/console/rosters/:rosterId/plans/:planId/people.csv', LONG_OPERATOR_VIEW, async (request, reply) => {
    const roster = await getRoster(deps, rosterIdOf(request))
    const plan = await getReconciliation(deps, roster, planIdOf(request))
    return reply
      .header('content-disposition', `attachment; filename="${roster.id}-plan.csv"`)
      .type('text/csv; charset=utf-8')
      .send(Readable.from(planCsv(deps, await readPlanPeople(deps, roster, plan, privacyOf(request.user)))))
  })

  app.post('/console/rosters/:rosterId/plans/:planId/decide', CHANGE, async (request, reply) => {
    const form = readForm(request)
    const roster = await getRoster(deps, rosterIdOf(request))
    const id = planIdOf(request)
    const [decision, reason] = [form.text('decision'), form.text('reason').slice(0, 500)]
    if (reason === '')
      return sendPlan(deps, request, reply, notice('problem', 'Give a reason: it is kept with the decision.'), 422)
    if (decision !== 'approve' && decision !== 'reject')
      throw new AppError('request_invalid', { message: 'Approve or reject the plan.' })
    const decide = decision === 'approve' ? approveReconciliation : rejectReconciliation
    try {
      await decide(askedBy(deps, request), { roster, id, by: actorOf(request), reason })
    } catch (error) {
      if (!isAppError(error, 'plan_changed')) throw error
      const fresh = String(error.details['reconciliation'])
      return reply.redirect(path`/console/rosters/${roster.id}/plans/${fresh}` + query({ changed: 1 }), 303)
    }
    await note(deps, request, `plan.${decision}`, `roster:${roster.id}`, `${id}: ${maskAddresses(reason)}`)
    return reply.redirect(path`/console/rosters/${roster.id}/plans/${id}` + query({ done: decision }), 303)
  })
}

const DONE: Record<string, string> = {
  approve: 'Approved: exactly the people shown leave.',
  reject: 'Rejected: nobody leaves because of this plan.',
}

const planChanged = () =>
  notice(
    'problem',
    'The roster has changed since the plan was shown.',
    html`<p>This is the plan as it is now. Look at it, then decide on this one.</p>`,
  )

const planIdOf = (request: FastifyRequest) => paramOf(request, 'planId')

const readPages = (asked: Partial<Record<keyof PlanPeople, string>>) => {
  const page = (text: string | undefined) => (/^\d{1,6}$/.test(text ?? '') ? Math.max(1, Number(text)) : 1)
  return { added: page(asked.added), changed: page(asked.changed), removed: page(asked.removed) }
}

async function sendPlan(deps: ApiDeps, request: FastifyRequest, reply: FastifyReply, about?: Html, status = 200) {
  const roster = await getRoster(deps, rosterIdOf(request))
  const plan = await getReconciliation(deps, roster, planIdOf(request))
  const isOpen = plan.status === 'held' || plan.status === 'running'
  const page = planPage({
    user: request.user,
    privacy: privacyOf(request.user),
    roster,
    plan,
    people: await readPlanPeople(deps, roster, plan, privacyOf(request.user)),
    pageOf: readPages(queryOf(request)),
    waitsFor: isOpen ? await explainRoster(deps, roster) : null,
    names: createMemberNames(deps.sealer),
    now: deps.clock.now(),
    notice: about,
  })
  return sendHtml(reply, page, status)
}
