import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'

const open = new WeakMap<Socket, Set<() => void>>()

/**
 * Calls `over` once the answer is on its way as a whole, or nobody is there to take it. Of requests that were sent behind one another over
 * one connection, Node tells only the first that it broke: the answers of the others would be waited for without end.
 */
export function whenOver({ raw: { socket } }: FastifyRequest, reply: FastifyReply, over: () => void): void {
  if (socket.destroyed) return over()
  const waiting = open.get(socket) ?? watch(socket)
  waiting.add(over)
  const end = () => {
    if (waiting.delete(over)) over()
  }
  reply.raw.once('finish', end).once('close', end)
}

function watch(socket: Socket): Set<() => void> {
  const waiting = new Set<() => void>()
  open.set(socket, waiting)
  socket.once('close', () => {
    for (const over of waiting) over()
    waiting.clear()
  })
  return waiting
}
