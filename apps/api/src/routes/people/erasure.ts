import { describeErasure } from '@flightroster/core/usecases/people'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { anyId } from '../../schemas/ids.ts'
import type { ApiServer } from '../../server.ts'
import { erasure, toErasure } from './erasure-schema.ts'

export function getErasureRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/erasures/:erasureId',
    {
      schema: {
        tags: ['people'],
        operationId: 'getErasure',
        summary: "Read how far a person's erasure is",
        description: 'It knows no address. Kept for 400 days.',
        params: z.object({ erasureId: anyId }),
        response: { 200: erasure },
      },
      config: { scope: 'admin' },
    },
    async (request) => toErasure(await describeErasure(deps, request.params.erasureId)),
  )
}
