import { parseEmail } from '@flightroster/core/domain'
import { describeErasure, erasePerson } from '@flightroster/core/usecases/people'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import type { ApiServer } from '../../server.ts'
import { giveExample } from '../../schemas/example.ts'
import { erasure, toErasure } from './erasure-schema.ts'

const query = z.strictObject({ email: z.string().min(1).max(254) })
const accepted = z.object({
  ...erasure.shape,
  memberships: z.number().int().describe('How many memberships are erased'),
})
giveExample(accepted, {
  id: '1c1d0f3e-9c86-4b1e-9c0a-2f8a7c5b6d10',
  status: 'running',
  waitsFor: {
    code: 'backlog',
    detail: 'It is being taken out of the group; Apple has to let it go first.',
    action: null,
    until: null,
  },
  startedAt: '2026-11-24T10:00:03.000Z',
  doneAt: null,
  memberships: 2,
})

export function deletePersonRoute(app: ApiServer, deps: ApiDeps): void {
  app.delete(
    '/v1/people',
    {
      schema: {
        tags: ['people'],
        operationId: 'erasePerson',
        summary: 'Erase a person',
        description:
          'Out of every group, and then every trace but counts. A later event about the person makes a new member. ' +
          '`Location` names the erasure, which tells when it is complete.',
        querystring: query,
        response: { 202: accepted },
      },
      config: { scope: 'admin', readsMuch: 'always' },
    },
    async (request, reply) => {
      deps.health.assertTakesWrites()
      const email = parseEmail(request.query.email)
      if (email === null) {
        throw requestInvalid([
          { pointer: '/query/email', code: 'address_invalid', detail: 'This is not a valid e-mail address.' },
        ])
      }
      const { id, memberships } = await erasePerson(askedBy(deps, request), email)
      request.changedNothing = memberships === 0
      const view = toErasure(await describeErasure(deps, id))
      return reply
        .code(202)
        .header('location', `/v1/erasures/${id}`)
        .send({ ...view, memberships })
    },
  )
}
