import type { FastifyReply, FastifyRequest } from 'fastify'
import { textsOf } from '../../request-texts.ts'

/** What the board was searched for: a part of a team key, in its path. */
export function searchOf(request: FastifyRequest): string | undefined {
  return textsOf(request.params).search?.slice(0, 64)
}

/** Answers what Bull Board's page waits for after a change. */
export function sendDone(reply: FastifyReply): FastifyReply {
  return reply.code(200).type('application/json; charset=utf-8').send('{}')
}
