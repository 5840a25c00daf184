import type { FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { ApiServer } from '../server.ts'
import { networkOf } from '@flightroster/core/usecases/sessions'
import { turnOf } from './auth.ts'

/** One connection is read for one turn of the loop so often, until so much has come: some 100 KB, so 25 MB a second of all together. */
const EVERY_MS = 4
const ENOUGH = 64 * 1024
/** What has not come by then is not waited for: its connection is closed. */
const PATIENCE_MS = 10_000
/** Of one sender one is told so often; whoever sends many at once is told later, but never later than that. */
const TOLD_EVERY_MS = 50
const TOLD_WITHIN_MS = 900
/** Senders that are remembered, until those are forgotten who may be told at once. */
const SENDERS = 1_000

interface Discarded {
  body: IncomingMessage
  until: number
}

/**
 * A body that is refused before it was read still comes in, since whoever sends it may read no answer before the end of it. Node
 * would read the rest as fast as it comes, of all connections in each turn of the loop, which costs more than the refusal. Here the
 * rest is thrown away at leisure, by turns of the connections; its sender has had the answer, and waits with its next request.
 *
 * Most programs close the connection when they are refused so early, and come again over another: what was on its way, often
 * megabytes, was sent for nothing, and a hundred of these a second would take the machine. So a sender is told of one after the other.
 */
export function useDiscard(app: ApiServer, isLong: (request: FastifyRequest) => boolean): void {
  const line: Discarded[] = []
  const waitOf = spaceOut(() => performance.now())
  let timer: NodeJS.Timeout | undefined

  const throwSomeAway = () => {
    const next = line.shift()
    if (next && !isOver(next)) {
      line.push(next)
      readOnce(next.body)
    }
    if (line.length > 0) return
    clearInterval(timer)
    timer = undefined
  }
  app.addHook('onSend', (request, _reply, _payload, done) => {
    const body = request.raw
    // What is injected comes over none.
    const isOverConnection = body.socket instanceof Socket
    if (!isLong(request) || !isOverConnection || body.complete || body.destroyed) return done()
    body.removeAllListeners('data')
    readOnce(body)
    const tell = () => {
      line.push({ body, until: performance.now() + PATIENCE_MS })
      timer ??= setInterval(throwSomeAway, EVERY_MS).unref()
      done()
    }
    const waitMs = waitOf(turnOf(request) ?? networkOf(request.ip))
    if (waitMs > 0) setTimeout(tell, waitMs)
    else tell()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    done()
  })
}

/** How long each has to wait that comes from a sender, so that they are told one after the other. @internal */
export function spaceOut(now: () => number): (sender: string) => number {
  /** When the next one may be told. */
  const next = new Map<string, number>()
  return (sender) => {
    const at = Math.max(now(), next.get(sender) ?? 0)
    const waitMs = Math.min(at - now(), TOLD_WITHIN_MS)
    if (next.size >= SENDERS) for (const [other, from] of next) if (from <= now()) next.delete(other)
    next.set(sender, now() + waitMs + TOLD_EVERY_MS)
    return waitMs
  }
}

/** Left flowing, Node takes up to 2 MB of what has come in one turn. Of a body that is paused, it takes one piece more and stops. */
function readOnce(body: IncomingMessage): void {
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes >= ENOUGH) body.pause()
  }
  body.on('data', count)
  body.resume()
  setImmediate(() => {
    body.off('data', count)
    body.pause()
  })
}

function isOver({ body, until }: Discarded): boolean {
  if (body.readableEnded || body.destroyed) return true
  if (performance.now() < until) return false
  body.destroy()
  return true
}
