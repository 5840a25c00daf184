import { requestForMember, restoreMember } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { askedBy, chargeBound } from '../../on-behalf-of.ts'
import { withinStorePatience } from '../../plugins/store-patience.ts'
import type { ApiServer } from '../../server.ts'
import { memberParams } from './schema.ts'
import { giveExample } from '../../schemas/example.ts'

const accepted = z.object({ roster: z.string(), member: z.string(), status: z.literal('accepted') })
giveExample(accepted, { roster: 'gold', member: 'u-1001', status: 'accepted' })

/** Who is out comes back, whoever decided that they leave. */
export function restoreMemberRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/rosters/:rosterId/members/:memberId/restore',
    {
      schema: {
        tags: ['members'],
        operationId: 'restoreMember',
        summary: 'Put a member back who is out',
        description:
          'The same as a `member.joined` event of now with all that is known: undoes a removal, and gives back a seat that was taken back. ' +
          'Nothing happens to a member who is in, or on the way.',
        params: memberParams,
        response: { 202: accepted },
      },
      config: { scope: 'rosters:write', isTraced: true, problems: ['roster_full', 'newer_event'] },
    },
    async (request, reply) => {
      deps.health.assertTakesWrites()
      const { rosterId, memberId: member } = request.params
      const roster = await getRoster(deps, rosterId)
      const traceparent = request.span?.traceparent
      const restoring = restoreMember(askedBy(deps, request), { roster, member, origin: 'api', traceparent })
      await withinStorePatience(restoring, deps.storePatienceMs)
      return reply.code(202).send({ roster: rosterId, member, status: 'accepted' as const })
    },
  )
}

/** Converge now, ahead of the backlog; Apple's invitation again. */
export function memberRequestRoutes(app: ApiServer, deps: ApiDeps): void {
  for (const [kind, operationId, summary, description] of [
    ['converge', 'convergeMember', 'Converge a member now, ahead of the backlog', 'At most 10 a minute and member.'],
    [
      'invitation',
      'inviteMember',
      "Send Apple's invitation again",
      'At most one a minute and ten a day for one member.',
    ],
  ] as const) {
    app.post(
      `/v1/rosters/:rosterId/members/:memberId/${kind}`,
      {
        schema: {
          tags: ['members'],
          operationId,
          summary,
          description,
          params: memberParams,
          response: { 202: accepted },
        },
        config: { scope: 'rosters:write', problems: ['rate_limited'] },
      },
      async (request, reply) => {
        const { rosterId, memberId: member } = request.params
        const roster = await getRoster(deps, rosterId)
        await chargeBound(deps, request, roster.teamKey, 1)
        await requestForMember(askedBy(deps, request), { roster, member, kind })
        return reply.code(202).send({ roster: rosterId, member, status: 'accepted' as const })
      },
    )
  }
}
