import { AppError } from '@flightroster/core/errors'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { lookAtSeats } from '@flightroster/core/usecases/seats'
import { setSeats } from '@flightroster/core/usecases/rosters'
import { getTeamKey } from '@flightroster/core/usecases/team-keys'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../../deps.ts'
import { onBehalfOf } from '../../../on-behalf-of.ts'
import { rosterBody } from '../../../routes/rosters/schema.ts'
import type { ApiServer } from '../../../server.ts'
import { formFaults, toNumber } from '../../form-faults.ts'
import { assertEdition, ChangedMeanwhile, changedNotice } from '../../edition.ts'
import { readForm } from '../../forms.ts'
import { path, query, type Html } from '../../html.ts'
import { notice } from '../../layout.ts'
import { note } from '../../note.ts'
import { CHANGE, VIEW } from '../../page-config.ts'
import { sendHtml } from '../../send-html.ts'
import { seatsPage, seenSeats, type TypedSeats } from './seats-page.ts'
import { paramOf, queryOf } from '../../../request-texts.ts'
import { readShape } from '../../../schemas/read-shape.ts'

interface Place {
  teamKeyId: string
  appId: string
}

const placeOf = (request: FastifyRequest): Place => ({
  teamKeyId: paramOf(request, 'teamKeyId'),
  appId: paramOf(request, 'appId'),
})
const { seats: seatsOfBody } = rosterBody.shape

/** The seats of one app: who has them, who waits, what is kept. */
export function seatsRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get('/console/seats/:teamKeyId/:appId', VIEW, async (request, reply) => {
    const { done } = queryOf(request)
    const saved = done === undefined ? undefined : notice('done', 'The seats of the roster were changed.')
    return sendPage(deps, request, reply, saved)
  })

  app.post('/console/seats/:teamKeyId/:appId/:rosterId', CHANGE, async (request, reply) => {
    const { teamKeyId, appId } = placeOf(request)
    const rosterId = paramOf(request, 'rosterId')
    const form = readForm(request)
    const read = readShape(seatsOfBody, {
      reserve: toNumber(form.text('reserve')),
      priority: toNumber(form.text('priority')),
    })
    const typed = { roster: rosterId, reserve: form.text('reserve'), priority: form.text('priority') }
    if (!read.success) return sendPage(deps, request, reply, formFaults(read.error, FIELDS, 'Seats'), 422, typed)
    const roster = await getRoster(deps, rosterId)
    if (roster.app.id !== appId) throw new AppError('not_found')
    try {
      await setSeats(deps, rosterId, read.data, ({ seats }) => assertEdition(form, seenSeats(seats)))
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error
      const { seats } = await getRoster(deps, rosterId)
      return sendPage(deps, request, reply, changedNotice(FIELDS, read.data, seats), 409, typed)
    }
    const { reserve, priority } = read.data
    await note(deps, request, 'roster.put', `roster:${rosterId}`, `seats: reserve ${reserve}, priority ${priority}`)
    return reply.redirect(path`/console/seats/${teamKeyId}/${appId}` + query({ done: 'put' }), 303)
  })
}

const FIELDS = { reserve: 'Keep', priority: 'Priority' }

async function sendPage(
  deps: ApiDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  about: Html | undefined,
  status = 200,
  typed?: TypedSeats,
): Promise<FastifyReply> {
  const { teamKeyId, appId } = placeOf(request)
  const teamKey = await getTeamKey(deps, teamKeyId)
  const seats = await lookAtSeats(onBehalfOf(deps, request), teamKey, appId)
  const named = seats.rosters[0]?.roster.app
  const page = { user: request.user, now: deps.clock.now(), teamKey: teamKeyId, seats, typed, notice: about }
  return sendHtml(reply, seatsPage({ ...page, app: { id: appId, name: named?.name ?? `the app ${appId}` } }), status)
}
