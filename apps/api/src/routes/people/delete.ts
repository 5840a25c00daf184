import { parseEmail } from '@flightroster/core/domain'
import { erasePerson } from '@flightroster/core/usecases/people'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import type { ApiServer } from '../../server.ts'
import { giveExample } from '../../schemas/example.ts'

const query = z.strictObject({ email: z.string().min(1).max(254) })
const accepted = z.object({
  status: z.literal('accepted'),
  memberships: z.number().int().describe('How many memberships are erased'),
})
giveExample(accepted, { status: 'accepted', memberships: 2 })

export function deletePersonRoute(app: ApiServer, deps: ApiDeps): void {
  app.delete(
    '/v1/people',
    {
      schema: {
        tags: ['people'],
        operationId: 'erasePerson',
        summary: 'Erase a person',
        description:
          'Out of every group, and then every trace but counts. A later event about the person makes a new member.',
        querystring: query,
        response: { 202: accepted },
      },
      config: { scope: 'admin' },
    },
    async (request, reply) => {
      deps.health.assertTakesWrites()
      const email = parseEmail(request.query.email)
      if (email === null) {
        throw requestInvalid([
          { pointer: '/query/email', code: 'address_invalid', detail: 'This is no e-mail address.' },
        ])
      }
      return reply.code(202).send({ status: 'accepted' as const, memberships: await erasePerson(deps, email) })
    },
  )
}
