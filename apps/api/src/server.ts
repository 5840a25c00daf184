import type { Log } from '@flightroster/core/log'
import type { FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { ListGate } from './routes/members/list-gate.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The server as routes see it: schemas are zod shapes. */
export type ApiServer = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, Log, ZodTypeProvider>

declare module 'fastify' {
  interface FastifyInstance {
    lists: ListGate
  }
}
