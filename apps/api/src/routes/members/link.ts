import { makeMemberLink, voidMemberLinks } from '@flightroster/core/usecases/member-link'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { giveExample } from '../../schemas/example.ts'
import { time, toTime } from '../../schemas/instant.ts'
import type { ApiServer } from '../../server.ts'
import { memberParams } from './schema.ts'

/** A link lives so long where nothing else is asked for. */
const DAYS = 30

const linkBody = z.strictObject({ days: z.number().int().min(1).max(365).default(DAYS) })
giveExample(linkBody, { days: 30 })

const link = z.object({
  url: z.string().describe("The member's own page; whoever has it can see and change what is on it"),
  expiresAt: time,
})
giveExample(link, {
  url: 'https://flightroster.example.com/m/v1.0f3a.c2VhbGVk',
  expiresAt: '2026-12-24T10:00:00.000Z',
})

/** Links to the own page of a member, who alone knows the address of their Apple Account. */
export function memberLinkRoutes(app: ApiServer, deps: ApiDeps): void {
  const url = '/v1/rosters/:rosterId/members/:memberId/link'
  app.post(
    url,
    {
      schema: {
        tags: ['members'],
        operationId: 'makeMemberLink',
        summary: "Make a link to the member's own page",
        description:
          'There the member gives or changes the address of their Apple Account, asks for the invitation again, or leaves. ' +
          'Links that were made before stay good.',
        params: memberParams,
        body: linkBody.nullish(),
        response: { 201: link },
      },
      config: { scope: 'rosters:write', problems: ['public_url_missing', 'conflict'] },
    },
    async (request, reply) => {
      const { rosterId, memberId: member } = request.params
      const roster = await getRoster(deps, rosterId)
      const made = await makeMemberLink(deps, { roster, member, days: request.body?.days ?? DAYS })
      return reply.code(201).send({ url: made.url, expiresAt: toTime(made.expiresAt) })
    },
  )

  app.delete(
    url,
    {
      schema: {
        tags: ['members'],
        operationId: 'voidMemberLinks',
        summary: "Make every link to the member's own page void",
        params: memberParams,
        response: { 204: z.undefined() },
      },
      config: { scope: 'rosters:write' },
    },
    async (request, reply) => {
      const roster = await getRoster(deps, request.params.rosterId)
      await voidMemberLinks(deps, roster, request.params.memberId)
      return reply.code(204).send()
    },
  )
}
