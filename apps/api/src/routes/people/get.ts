import { findPerson, type Membership } from '@flightroster/core/usecases/members'
import { z } from 'zod'
import { giveExample } from '../../schemas/example.ts'
import type { ApiDeps } from '../../deps.ts'
import { cursor, limit, pageOf, readCursor, toCursor } from '../../schemas/paging.ts'
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
      config: { scope: 'rosters:read', isForBound: false, readsMuch: 'always' },
    },
    async (request) => {
      const { email, limit, cursor } = request.query
      const list = `people:${email.toLowerCase()}`
      const after = readCursor(list, cursor)
      const found: Membership[] = []
      for await (const some of findPerson(deps, email, after?.split('\u0000')[0])) {
        found.push(...some.filter((one) => after === undefined || keyOf(one) > after))
        if (found.length > limit) break
      }
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map(({ roster, member, waitsFor }) => ({ roster: roster.id, member: toMember(member, waitsFor) })),
        nextCursor: last && found.length > limit ? toCursor(list, keyOf(last)) : null,
      }
    },
  )
}

/** In the order of rosters, and of one roster in the order of members. */
const keyOf = ({ roster, member }: Membership) => `${roster.id}\u0000${member.id}`
