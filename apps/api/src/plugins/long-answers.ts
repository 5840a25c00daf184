import { AppError } from '@flightroster/core/errors'
import { Readable } from 'node:stream'
import type { ApiServer } from '../server.ts'

/** Items of a list in one piece: ids of the longest kind are a quarter of a megabyte. @internal */
export const AT_ONCE = 1_000
const RETRY_AFTER_MS = 2_000

declare module 'fastify' {
  interface FastifyContextConfig {
    /** An answer in JSON may name all people of a roster. */
    mayBeLong?: true
  }
}

/**
 * A plan of a hundred thousand people with long ids is 25 MB, which written in one go would hold the process up for a tenth of a second and
 * be in memory twice. So it goes out in pieces, with a turn for others before each, and one sender has one on its way at a time.
 */
export function useLongAnswers(app: ApiServer): void {
  app.addHook('preSerialization', async (request, reply, answer: unknown) => {
    if (request.routeOptions.config.mayBeLong !== true || !isObject(answer) || countItems(answer) <= AT_ONCE)
      return answer
    if (!(await app.takeLongPlace(request, reply))) {
      throw new AppError('rate_limited', {
        message: 'A long answer to you is on its way already. Read it to its end, then ask for this one again.',
        retryAfterMs: RETRY_AFTER_MS,
      })
    }
    void reply.type('application/json; charset=utf-8').serializer((stream: unknown) => stream as never)
    return Readable.from(jsonInPieces(answer, () => app.leisure.turn()))
  })
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** In all lists, however deep they are. */
function countItems(value: object): number {
  const own = Array.isArray(value) ? value.length : 0
  // Items of one list are alike: texts, or things without lists, are not looked through.
  if (Array.isArray(value) && !holdsLists(value)) return own
  return Object.values(value)
    .filter(isObject)
    .reduce((sum, inner) => sum + countItems(inner), own)
}

const holdsLists = ([first]: readonly unknown[]) => isObject(first) && Object.values(first).some(isObject)

/** The same text as JSON.stringify makes of it, but for an empty object. @internal */
export async function* jsonInPieces(value: object, turn: () => Promise<unknown>): AsyncGenerator<string, void> {
  if (Array.isArray(value)) {
    yield* listInPieces(value, turn)
    return
  }
  let before = '{'
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue
    yield `${before}${JSON.stringify(name)}:`
    if (isObject(field)) yield* jsonInPieces(field, turn)
    else yield JSON.stringify(field)
    before = ','
  }
  yield before === '{' ? '{}' : '}'
}

async function* listInPieces(list: readonly unknown[], turn: () => Promise<unknown>): AsyncGenerator<string, void> {
  yield '['
  const size = holdsLists(list) ? 1 : AT_ONCE
  for (let from = 0; from < list.length; from += size) {
    if (from > 0) yield ','
    const some = list.slice(from, from + size)
    if (size === 1) yield* jsonInPieces(some[0] as object, turn)
    else {
      await turn()
      yield JSON.stringify(some).slice(1, -1)
    }
  }
  yield ']'
}
