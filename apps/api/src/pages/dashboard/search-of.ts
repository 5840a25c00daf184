import type { FastifyRequest } from 'fastify'
import { textsOf } from '../../request-texts.ts'

/** What the board was searched for: a part of a team key, in its path. */
export function searchOf(request: FastifyRequest): string | undefined {
  return textsOf(request.params).search?.slice(0, 64)
}
