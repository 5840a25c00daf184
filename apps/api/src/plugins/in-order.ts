import type { Socket } from 'node:net'
import type { ApiServer } from '../server.ts'

/** Requests that wait behind one another on one connection; no client in use sends more before it reads an answer. */
const MOST_BEHIND = 100

/**
 * Requests that were sent behind one another over one connection are worked at one after the other, as their answers leave. All at once,
 * thousands of them would be begun in one turn of the process, by anybody, and their answers would lie in memory until they are taken.
 */
export function useConnectionOrder(app: ApiServer): void {
  const behind = new WeakMap<Socket, number>()

  app.addHook('onRequest', (request, reply, done) => {
    // Node gives a response its connection when the response before it has left.
    if (reply.raw.socket) return done()
    const { socket } = request.raw
    const count = (behind.get(socket) ?? 0) + 1
    behind.set(socket, count)
    if (count > MOST_BEHIND) {
      // No answer can tell the client why: those to its earlier requests would have to leave first.
      socket.destroy()
      return
    }
    reply.raw.once('socket', () => {
      behind.set(socket, behind.get(socket)! - 1)
      done()
    })
  })
}
