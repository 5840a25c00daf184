import type { ApiServer } from '../server.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on /readyz answers 503 and every connection is closed after its answer. */
    drain(): void
    isDraining(): boolean
  }
}

/** Gives the server `drain` and `isDraining`. */
export function useDraining(app: ApiServer): void {
  let draining = false
  app.decorate('drain', () => {
    draining = true
  })
  app.decorate('isDraining', () => draining)
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining) reply.header('connection', 'close')
    done()
  })
}
