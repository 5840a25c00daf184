import type { Socket } from 'node:net'
import type { ApiServer } from '../server.ts'

const LOOK_EVERY_MS = 60_000

/**
 * Node waits for ever for whoever does not read an answer, and keeps the rest of it in memory. So a connection ends of which nothing was
 * taken from one look to the next, though something waits to be: it reads less than some 10 KB a second.
 */
export function useUntaken(app: ApiServer): void {
  /** By connection, what had been taken of all its answers at the last look; undefined: nothing waited. */
  const taken = new Map<Socket, number | undefined>()

  app.server.on('connection', (socket) => {
    taken.set(socket, undefined)
    socket.once('close', () => taken.delete(socket))
  })
  const looking = setInterval(() => {
    for (const [socket, before] of taken) {
      const now = socket.writableLength === 0 ? undefined : socket.bytesWritten - socket.writableLength
      taken.set(socket, now)
      if (now !== undefined && now === before) socket.destroy()
    }
  }, LOOK_EVERY_MS).unref()
  app.addHook('onClose', (_app, done) => {
    clearInterval(looking)
    done()
  })
}
