import type { FastifyReply } from 'fastify'

/** Answers with a page. */
export function sendHtml(reply: FastifyReply, page: string, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page)
}
