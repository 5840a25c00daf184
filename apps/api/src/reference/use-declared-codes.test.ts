import { AppError, type ErrorCode } from '@flightroster/core/errors'
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { useProblemDetails } from '../plugins/problem-details.ts'
import type { ApiServer } from '../server.ts'
import { useDeclaredCodes } from './use-declared-codes.ts'

async function answerOf(code: ErrorCode): Promise<number> {
  const app = Fastify({ logger: false }) as unknown as ApiServer
  useProblemDetails(app)
  useDeclaredCodes(app)
  app.get('/v1/things', { config: { scope: 'admin', problems: ['conflict'] } }, () => {
    throw new AppError(code)
  })
  const { statusCode } = await app.inject('/v1/things')
  await app.close()
  return statusCode
}

it('lets a declared code through, and what every route may answer', async () => {
  expect([await answerOf('conflict'), await answerOf('rate_limited')]).toEqual([409, 429])
})

it('takes a code that the route does not declare for a fault', async () => {
  expect(await answerOf('group_in_use')).toBe(500)
})
