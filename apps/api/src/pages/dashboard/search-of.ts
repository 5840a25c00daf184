import type { FastifyRequest } from 'fastify'

/** What the board was searched for: a part of a team key, in its path. */
export function searchOf(request: FastifyRequest): string | undefined {
  return (request.params as { search?: string }).search?.slice(0, 64)
}
