import { parseEmail } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { deleteMember, putMember } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { withinStorePatience } from '../../plugins/store-patience.ts'
import type { ApiServer } from '../../server.ts'
import { explain } from '../events/post.ts'
import { toName } from '../events/parse-event.ts'
import { eventResult, type EventResult } from '../events/schema.ts'
import { memberBody, memberParams, newMemberParams } from './schema.ts'

export function putMemberRoute(app: ApiServer, deps: ApiDeps): void {
  app.put(
    '/v1/rosters/:rosterId/members/:memberId',
    {
      schema: {
        tags: ['members'],
        operationId: 'putMember',
        summary: 'Put a member on the roster, or change one',
        description: 'The same as an event of now: what is absent stays as it is known, `null` clears it.',
        params: newMemberParams,
        body: memberBody,
        response: { 202: eventResult },
      },
      config: { scope: 'rosters:write', isTraced: true, problems: ['address_invalid', 'roster_full'] },
    },
    async (request, reply) => {
      deps.health.assertTakesWrites()
      const { rosterId, memberId: member } = request.params
      const roster = await getRoster(deps, rosterId)
      const { firstName, lastName } = request.body
      const input = { email: readEmail(request.body.email), firstName: toName(firstName), lastName: toName(lastName) }
      const traceparent = request.span?.traceparent
      const outcome = await withinStorePatience(
        putMember(askedBy(deps, request), { roster, member, input, traceparent }),
        deps.storePatienceMs,
      )
      return reply.code(202).send(toResult(rosterId, member, outcome))
    },
  )
}

export function deleteMemberRoute(app: ApiServer, deps: ApiDeps): void {
  app.delete(
    '/v1/rosters/:rosterId/members/:memberId',
    {
      schema: {
        tags: ['members'],
        operationId: 'deleteMember',
        summary: 'Take a member off the roster',
        description: 'The same as a `member.left` event of now.',
        params: memberParams,
        response: { 202: eventResult },
      },
      config: { scope: 'rosters:write', isTraced: true },
    },
    async (request, reply) => {
      deps.health.assertTakesWrites()
      const { rosterId, memberId: member } = request.params
      const roster = await getRoster(deps, rosterId)
      const traceparent = request.span?.traceparent
      const outcome = await withinStorePatience(
        deleteMember(askedBy(deps, request), { roster, member, traceparent }),
        deps.storePatienceMs,
      )
      return reply.code(202).send(toResult(rosterId, member, outcome))
    },
  )
}

function readEmail(raw: string | null | undefined): string | null | undefined {
  if (raw === null || raw === undefined) return raw
  const email = parseEmail(raw)
  if (email !== null) return email
  const errors = [{ pointer: '/email', code: 'address_invalid', detail: 'This is not a valid e-mail address.' }]
  throw new AppError('address_invalid', { message: 'This is not a valid e-mail address.', details: { errors } })
}

type Outcome = Awaited<ReturnType<typeof putMember>>

function toResult(roster: string, member: string, { status, problem }: Outcome): EventResult {
  return { id: null, status, roster, member, problem: problem === null ? null : explain(problem) }
}
