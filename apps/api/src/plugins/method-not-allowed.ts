import { AppError } from '@flightroster/core/errors'
import type { HTTPMethods } from 'fastify'
import type { ApiServer } from '../server.ts'
import { sendError } from './problem-details.ts'

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Call before the routes; returns what to call after the last of them. */
export function watchMethods(app: ApiServer): () => void {
  const methodsOf = new Map<string, Set<string>>()
  let watching = true
  app.addHook('onRoute', ({ url, method, config }) => {
    // Pages answer for themselves: whoever may not open one is told so first.
    if (!watching || config?.page !== undefined) return
    const known = methodsOf.get(url) ?? new Set<string>()
    for (const one of [method].flat()) known.add(one)
    methodsOf.set(url, known)
  })
  return () => {
    watching = false
    for (const [url, known] of methodsOf) {
      const others = METHODS.filter((method) => !known.has(method))
      const allow = [...known].sort().join(', ')
      app.route({
        url,
        method: others,
        schema: { hide: true },
        config: { scope: 'public' },
        // Before the body: it would be parsed for nothing.
        onRequest: async (request, reply) => {
          const error = new AppError('method_not_allowed', { message: `This path takes ${allow}.` })
          return sendError(error, request, reply.header('allow', allow))
        },
        handler: (_request, reply) => reply.send(),
      })
    }
  }
}
