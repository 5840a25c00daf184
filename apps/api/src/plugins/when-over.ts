import type { FastifyReply, FastifyRequest } from 'fastify'

/** Calls `over` once the answer is on its way as a whole, or nobody is there to take it. */
export function whenOver({ raw: { socket } }: FastifyRequest, reply: FastifyReply, over: () => void): void {
  if (socket.destroyed) return over()
  let isOver = false
  const end = () => {
    if (!isOver) over()
    isOver = true
  }
  reply.raw.once('finish', end).once('close', end)
}
