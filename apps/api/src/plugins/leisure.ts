import type { Leisure } from '@flightroster/core/domain'
import type { FastifyRequest } from 'fastify'
import type { ApiServer } from '../server.ts'
import { whenOver } from './when-over.ts'

declare module 'fastify' {
  interface FastifyInstance {
    leisure: Leisure
  }
}

/** Tells small requests from long ones by what they announce. */
export function useLeisure(app: ApiServer, leisure: Leisure, isLong: (request: FastifyRequest) => boolean): void {
  app.decorate('leisure', leisure)
  app.addHook('onRequest', (request, reply, done) => {
    if (!isLong(request)) whenOver(request, reply, leisure.begin())
    done()
  })
}
