import { AppError } from '@flightroster/core/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { textsOf } from '../../request-texts.ts'

/** What the board was searched for: a part of a team key, in its path. Throws not_found for an empty one, which would mean every lane. */
export function searchOf(request: FastifyRequest): string | undefined {
  const search = textsOf(request.params).search?.slice(0, 64)
  if (search === '') throw new AppError('not_found', { message: 'There is no such page.' })
  return search
}

/** Answers what Bull Board's page waits for after a change. */
export function sendDone(reply: FastifyReply): FastifyReply {
  return reply.code(200).type('application/json; charset=utf-8').send('{}')
}
