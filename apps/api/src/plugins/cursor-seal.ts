import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { ApiServer } from '../server.ts'
import { requestInvalid } from './to-problem.ts'

/** Characters of the seal in front of a cursor: 72 bits. */
const SEAL_LENGTH = 12

/**
 * Seals the cursor of every list on its way out and opens it on its way in, for all routes: what a route gets is what it gave.
 * A cursor of ours for another list is told apart by the list itself (schemas/paging.ts).
 */
export function useCursorSeal(app: ApiServer, { cursorKey }: { cursorKey: Buffer }): void {
  const sealOf = (request: FastifyRequest, cursor: string) =>
    createHmac('sha256', cursorKey)
      .update(`${request.routeOptions.url}\0${cursor}`)
      .digest('base64url')
      .slice(0, SEAL_LENGTH)

  app.addHook('preValidation', (request, _reply, done) => {
    const query = request.query as { cursor?: unknown } | null
    if (request.caller === null || typeof query?.cursor !== 'string') return done()
    const [seal, cursor] = [query.cursor.slice(0, SEAL_LENGTH), query.cursor.slice(SEAL_LENGTH)]
    if (!isSame(seal, sealOf(request, cursor))) {
      throw requestInvalid([
        { pointer: '/query/cursor', code: 'invalid_cursor', detail: 'This is not a cursor of this list.' },
      ])
    }
    query.cursor = cursor
    done()
  })
  app.addHook('preSerialization', (request, _reply, answer: unknown, done) => {
    if (!hasNext(answer)) return done(null, answer)
    done(null, { ...answer, nextCursor: sealOf(request, answer.nextCursor) + answer.nextCursor })
  })
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function hasNext(answer: unknown): answer is { nextCursor: string } {
  return (
    typeof answer === 'object' && answer !== null && 'nextCursor' in answer && typeof answer.nextCursor === 'string'
  )
}
