import { AppError, ERROR_RULES, type ErrorCode } from '@flightroster/core/errors'
import type { RouteOptions } from 'fastify'
import { z } from 'zod'
import { STATUS_OF } from '../plugins/statuses.ts'
import { PROBLEM_TYPE, toProblem } from '../plugins/to-problem.ts'
import { problem } from '../schemas/problem.ts'
import { SCIM_ERROR_EXAMPLE } from '../scim/shapes.ts'
import { codesOf } from './codes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Bodies by media type, of a route that reads its body by itself. */
    bodies?: Readonly<Record<string, z.ZodType>>
    /** Request headers that the route reads, beside those that every route does. */
    headers?: Readonly<Record<string, { description: string; example: string; required?: boolean }>>
    /** Headers of its successful answers: what each says, by name. */
    answerHeaders?: Readonly<Record<string, string>>
  }
}

type RouteSchema = NonNullable<RouteOptions['schema']>

/** What people read of a route beside its schema: who may call it. */
export function describeScope(route: RouteOptions, schema: RouteSchema | undefined): RouteSchema {
  const scope = route.config?.scope
  const told = scope === 'public' ? 'Needs no token.' : `Needs the scope \`${scope}\`.`
  const described = schema?.description ? `${schema.description}\n\n${told}` : told
  return { ...schema, description: described, ...(scope === 'public' ? { security: [] } : {}) }
}

/** Bodies of routes that read them by themselves. */
export function addBodies<T extends object>(route: RouteOptions, schema: T): T {
  const bodies = route.config?.bodies
  if (!bodies) return schema
  const content = Object.fromEntries(
    Object.entries(bodies).map(([mediaType, shape]) => [mediaType, { schema: toJsonSchema(shape) }]),
  )
  return { ...schema, body: { content, required: true } }
}

const MEDIA_TYPE = PROBLEM_TYPE.split(';')[0] as string

/** Every refusal by its status, with an example of each code. */
export function addProblems<T extends { response?: unknown; hide?: boolean }>(route: RouteOptions, schema: T): T {
  if (schema.hide) return schema
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codesOf(route)) byStatus.set(STATUS_OF[code], [...(byStatus.get(STATUS_OF[code]) ?? []), code])
  const responses = { ...(schema.response as Record<string, unknown>) }
  for (const [status, of] of [...byStatus].sort(([a], [b]) => a - b)) {
    if (route.config?.isScim) {
      responses[String(status)] ??= scimRefusal(of)
      continue
    }
    responses[String(status)] ??= {
      description: of.map((code) => `\`${code}\``).join(', '),
      content: {
        [MEDIA_TYPE]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(of.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
        },
      },
    }
  }
  return { ...schema, response: responses }
}

/** In SCIM's form, which has no codes. */
function scimRefusal(of: readonly ErrorCode[]) {
  const description = of.map((code) => ERROR_RULES[code].title).join(' ')
  const content = { schema: { $ref: '#/components/schemas/ScimError' }, example: SCIM_ERROR_EXAMPLE }
  return { description, content: { 'application/scim+json': content } }
}

/** What a problem of each code looks like; those that operations name. */
export function problemExamples(): Record<string, ProblemExample> {
  return Object.fromEntries((Object.keys(STATUS_OF) as ErrorCode[]).map((code) => [code, toExample(code)]))
}

interface ProblemExample {
  summary: string
  value: z.output<typeof problem>
}

function toExample(code: ErrorCode): ProblemExample {
  const isOfInput = code === 'request_invalid'
  const value = toProblem(
    new AppError(
      code,
      isOfInput
        ? {
            message: '/query/limit: Too big: expected number to be <=1000',
            details: {
              errors: [{ pointer: '/query/limit', code: 'too_big', detail: 'Too big: expected number to be <=1000' }],
            },
          }
        : {},
    ),
    REQUEST_ID,
  )
  return { summary: ERROR_RULES[code].title, value }
}

/** As an example. */
export const REQUEST_ID = 'req-7f3c2a90'

/** A zod shape as JSON Schema, as a sender has to fill it. */
export function toJsonSchema(shape: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })
  return schema
}
