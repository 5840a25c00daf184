import { findPerson } from '@flightroster/core/usecases/members'
import { z } from 'zod'
import { giveExample } from '../../schemas/example.ts'
import type { ApiDeps } from '../../deps.ts'
import { cursor, limit, pageFrom, pageOf } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { member, toMember } from '../members/schema.ts'

const query = z.strictObject({ email: z.string().min(1).max(254), limit, cursor })
const membership = z.object({ roster: giveExample(z.string(), 'gold'), member })

export function getPeopleRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/people',
    {
      schema: {
        tags: ['people'],
        operationId: 'listPeople',
        summary: 'Every roster a person is on',
        description: 'Of all rosters: a token that is bound to some may not ask.',
        querystring: query,
        response: { 200: pageOf(membership) },
      },
      config: { scope: 'rosters:read', isForBound: false },
    },
    async (request) => {
      const { email } = request.query
      const found = await findPerson(deps, email)
      const keyed = found.map((one) => ({ id: `${one.roster.id}\u0000${one.member.id}`, ...one }))
      const page = pageFrom(
        `people:${email.toLowerCase()}`,
        keyed.sort((a, b) => (a.id < b.id ? -1 : 1)),
        request.query,
      )
      return {
        items: page.items.map(({ roster, member, waitsFor }) => ({
          roster: roster.id,
          member: toMember(member, waitsFor),
        })),
        nextCursor: page.nextCursor,
      }
    },
  )
}
