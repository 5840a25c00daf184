import { listIdle } from '@flightroster/core/usecases/idle'
import { startReclaim } from '@flightroster/core/usecases/reclaim'
import { setIdleRule } from '@flightroster/core/usecases/rosters'
import { assertSettled, getRoster } from '@flightroster/core/usecases/rosters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { rosterBody } from '../../routes/rosters/schema.ts'
import type { ApiServer } from '../../server.ts'
import { assertEdition, ChangedMeanwhile, changedNotice } from '../edition.ts'
import { formFaults, toNumber } from '../form-faults.ts'
import { readForm, type Form } from '../forms.ts'
import { path, query, type Html } from '../html.ts'
import { notice } from '../layout.ts'
import { CHANGE, VIEW } from '../page-config.ts'
import { note } from '../note.ts'
import { privacyOf } from '../privacy.ts'
import { sendHtml } from '../send-html.ts'
import { IDLE_FIELDS, IDLE_PAGE_SIZE, idlePage, idleWords, seenIdle } from './idle-page.ts'
import { createMemberNames } from './member-link.ts'
import { rosterIdOf } from './roster-routes.ts'
import { queryOf } from '../../request-texts.ts'
import { readShape } from '../../schemas/read-shape.ts'

export function idlePageRoutes(app: ApiServer, deps: ApiDeps): void {
  const names = createMemberNames(deps.sealer)
  const sendPage = async (request: FastifyRequest, reply: FastifyReply, about?: Html, status = 200, typed?: Form) => {
    const roster = await getRoster(deps, rosterIdOf(request))
    const list = await listIdle(deps, roster)
    const last = Math.max(1, Math.ceil(list.candidates.length / IDLE_PAGE_SIZE))
    const page = Math.min(last, Math.max(1, Math.trunc(Number(queryOf(request).page)) || 1))
    const now = deps.clock.now()
    return sendHtml(
      reply,
      idlePage({
        user: request.user,
        privacy: privacyOf(request.user),
        now,
        roster,
        list,
        names,
        page,
        notice: about,
        typed,
      }),
      status,
    )
  }
  app.get('/console/rosters/:rosterId/idle', VIEW, (request, reply) => {
    const { done } = queryOf(request)
    return sendPage(request, reply, done === undefined ? undefined : notice('done', 'The rule was changed.'))
  })

  app.post('/console/rosters/:rosterId/idle', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const form = readForm(request)
    const read = readRule(form)
    if (!read.success) return sendPage(request, reply, formFaults(read.error, IDLE_FIELDS, 'Rule'), 422, form)
    const id = rosterIdOf(request)
    try {
      await setIdleRule(deps, id, read.data, (current) => assertEdition(form, seenIdle(current)))
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error
      const { idle } = await getRoster(deps, id)
      return sendPage(request, reply, changedNotice(IDLE_FIELDS, read.data ?? {}, idle ?? {}), 409, form)
    }
    const idle = read.data
    await note(deps, request, 'roster.put', `roster:${id}`, `idle: ${idleWords(idle)}`)
    return reply.redirect(path`/console/rosters/${id}/idle` + query({ done: 'put' }), 303)
  })

  app.post('/console/rosters/:rosterId/idle/reclaim', CHANGE, async (request, reply) => {
    deps.health.assertTakesWrites()
    const roster = await getRoster(deps, rosterIdOf(request))
    assertSettled(roster)
    const { id } = await startReclaim(askedBy(deps, request), { roster, dryRun: false, members: null })
    await note(deps, request, 'roster.reclaim', `roster:${roster.id}`, id)
    return reply.redirect(path`/console/rosters/${roster.id}/plans/${id}`, 303)
  })
}

const { idle: idleOfBody } = rosterBody.shape

/** A reason whose days are left empty is not looked for; without any, nobody looks. */
function readRule(form: Form) {
  const days = (name: string) => (form.text(name) === '' ? null : toNumber(form.text(name)))
  const reasons = {
    notAcceptedDays: days('notAcceptedDays'),
    notInstalledDays: days('notInstalledDays'),
    noSessionDays: days('noSessionDays'),
  }
  if (Object.values(reasons).every((one) => one === null)) return readShape(idleOfBody, null)
  return readShape(idleOfBody, {
    ...reasons,
    graceDays: toNumber(form.text('graceDays')),
    reclaim: form.text('reclaim'),
  })
}
