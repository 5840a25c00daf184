import type { Leisure } from '@flightroster/core/domain'
import type { FastifyRequest } from 'fastify'
import type { ApiServer } from '../server.ts'

declare module 'fastify' {
  interface FastifyInstance {
    leisure: Leisure
  }
}

/** Tells small requests from long ones by what they announce. */
export function useLeisure(app: ApiServer, leisure: Leisure, isLong: (request: FastifyRequest) => boolean): void {
  app.decorate('leisure', leisure)
  const ends = new WeakMap<FastifyRequest, () => void>()
  app.addHook('onRequest', (request, reply, done) => {
    if (!isLong(request)) {
      const end = leisure.begin()
      ends.set(request, end)
      // Whoever hangs up gets no answer, so the hook below does not come.
      reply.raw.once('close', end)
    }
    done()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    ends.get(request)?.()
    done()
  })
}
