import { AppError } from '@flightroster/core/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isScimPath, sendAppErrorAsScim } from '../scim/fault.ts'
import type { ApiServer } from '../server.ts'
import { toJson } from './half-letters.ts'
import { logRequest } from './request-log.ts'
import { PROBLEM_TYPE, toKnownError, toProblem } from './to-problem.ts'

/** Every refusal in one form: RFC 9457 with a stable code. */
export function useProblemDetails(app: ApiServer): void {
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply))
  // The hook below has answered before; without a handler the framework would answer in its own form.
  app.setNotFoundHandler((request, reply) => sendError(noSuchPath(), request, reply))
  // Before a body is read: nobody needs a token to come here.
  app.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? noSuchPath() : undefined)
  })
}

const noSuchPath = () => new AppError('not_found', { message: 'There is no such path; see /docs.' })

/**
 * Answers with a problem (RFC 9457), or in SCIM's form below its root. What we do not know is logged with its stack,
 * and a 500.
 */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toKnownError(error, request)
  // Only the route's pattern: the path may hold an address.
  if (!known) request.log.error({ err: error, route: request.routeOptions.url }, 'request.failed')
  if (isScimPath(request.url)) return sendAppErrorAsScim(known ?? new AppError('internal'), request, reply)
  const problem = toProblem(known ?? new AppError('internal'), request.id)
  request.problemCode = problem.code
  if (known?.retryAfterMs !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(known.retryAfterMs / 1000)))
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  // As text: the answer's schema describes what was asked for, not this.
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .serializer((text: unknown) => text as string)
    .send(toJson(problem))
}

/** Of what is no request to a route at all, such as a broken path: no hook sees it. */
export function sendFrameworkError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  void sendError(error, request, reply.header('x-request-id', request.id))
  logRequest(request, reply)
}
