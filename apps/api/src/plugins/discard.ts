import type { FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { ApiServer } from '../server.ts'

/** Some 200 KB of one refused body are thrown away so often: 30 MB a second of all together. */
const EVERY_MS = 8
/** What has not come by then is not waited for: its connection is closed. */
const PATIENCE_MS = 10_000

interface Discarded {
  body: IncomingMessage
  until: number
}

/**
 * A body that is refused before it was read still comes in, since whoever sends it may read no answer before the end of it. Node
 * would read the rest as fast as it comes, of all connections in each turn of the loop, which costs more than the refusal. Here the
 * rest is thrown away at leisure, by turns of the connections; its sender has had the answer, and waits with its next request.
 */
export function useDiscard(app: ApiServer, isLong: (request: FastifyRequest) => boolean): void {
  const line: Discarded[] = []
  let timer: NodeJS.Timeout | undefined

  const throwSomeAway = () => {
    const next = line.shift()
    if (next && !isOver(next)) line.push(next)
    if (line.length > 0) return
    clearInterval(timer)
    timer = undefined
  }
  app.addHook('onSend', (request, _reply, _payload, done) => {
    const body = request.raw
    if (isLong(request) && !body.complete && !body.destroyed) {
      body.removeAllListeners('data').pause()
      // Node throws the rest away by itself where nobody reads.
      body.on('readable', () => {})
      line.push({ body, until: performance.now() + PATIENCE_MS })
      timer ??= setInterval(throwSomeAway, EVERY_MS).unref()
    }
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    done()
  })
}

function isOver({ body, until }: Discarded): boolean {
  body.read()
  if (body.readableEnded || body.destroyed) return true
  if (performance.now() < until) return false
  body.destroy()
  return true
}
