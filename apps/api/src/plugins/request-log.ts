import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the problem that was answered; null where there was none. */
    problemCode: string | null
  }
}

const METHOD_NOT_ALLOWED = 405
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/

/** The caller's own id of a request where it sent a proper one, so that both sides' logs tell of it by one name. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const sent = headers['x-request-id']
  return typeof sent === 'string' && REQUEST_ID.test(sent) ? sent : randomUUID()
}

/** Each request's id in its answer, and one line in the log that has it; durations by route. */
export function useRequestLog(app: ApiServer, deps: Pick<ApiDeps, 'metrics'>): void {
  app.decorateRequest('problemCode', null)
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    deps.metrics.httpDuration.observe(
      { method: request.method, route: measuredRoute(request, reply), status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    )
    logRequest(request, reply)
    done()
  })
}

/** By the route's pattern: a path may hold an address. The log puts the request's id to it. */
export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      actor: actorOf(request),
      ...(request.problemCode == null ? {} : { code: request.problemCode }),
    },
    'request.done',
  )
}

/** Anybody may send every method to every path: what is refused for it makes one series, not hundreds. */
const measuredRoute = (request: FastifyRequest, reply: FastifyReply) =>
  reply.statusCode === METHOD_NOT_ALLOWED ? 'none' : routeOf(request)

const routeOf = (request: FastifyRequest) => request.routeOptions.url ?? 'none'

/** The token or the user of the pages; null: neither is known. */
function actorOf({ caller, user }: FastifyRequest): string | null {
  if (caller) return `token:${caller.id}`
  return user ? `user:${user.name}` : null
}
