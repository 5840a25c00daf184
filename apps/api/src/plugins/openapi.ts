import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { ErrorCode } from '@flightroster/core/errors'
import type { RouteOptions } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { eventResult, eventResults } from '../routes/events/schema.ts'
import { member, timelineItem } from '../routes/members/schema.ts'
import { reconciliation } from '../routes/reconciliations/schema.ts'
import { roster } from '../routes/rosters/schema.ts'
import { teamKey } from '../routes/team-keys/schema.ts'
import { token } from '../routes/tokens/schema.ts'
import { delivery, webhook } from '../routes/webhooks/schema.ts'
import { build } from '../schemas/build.ts'
import { budgetStatus, laneStatus } from '../schemas/lane.ts'
import { problem } from '../schemas/problem.ts'
import { reportedProblem } from '../schemas/reported-problem.ts'
import type { ApiServer } from '../server.ts'
import { nameSchemas } from './name-schemas.ts'
import { STATUS_OF } from './statuses.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Codes that the route refuses with, beside those that every route has. */
    problems?: readonly ErrorCode[]
    /** Bodies by media type, of a route that reads its body by itself. */
    bodies?: Readonly<Record<string, z.ZodType>>
  }
}

const VERSION = '1.0.0'

/** The document at /openapi.json and a page at /docs, made from the very schemas that validate. */
export async function useOpenApi(app: ApiServer): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Flightroster',
        version: VERSION,
        description: 'Keeps TestFlight external testing groups in step with a membership system.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
        // In by hand: a shape with an id of its own would come out twice, once as an input.
        schemas: { Problem: toJsonSchema(problem) as never },
      },
      tags: TAGS,
    },
    transformObject: (document) =>
      'openapiObject' in document ? nameSchemas(document.openapiObject, NAMED) : document.swaggerObject,
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform({ ...document, schema: describe(document.route, document.schema) })
      return { schema: addBodies(document.route, addProblems(document.route, schema)), url }
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, uiConfig: { deepLinking: true } })
}

const NAMED = {
  Build: build,
  Budget: budgetStatus,
  Delivery: delivery,
  EventResult: eventResult,
  EventResults: eventResults,
  Lane: laneStatus,
  Member: member,
  ReportedProblem: reportedProblem,
  Reconciliation: reconciliation,
  Roster: roster,
  TeamKey: teamKey,
  TimelineItem: timelineItem,
  Token: token,
  Webhook: webhook,
}

const TAGS = [
  'events',
  'members',
  'people',
  'rosters',
  'reconciliations',
  'team-keys',
  'lanes',
  'webhooks',
  'apple-webhooks',
  'tokens',
  'operations',
].map((name) => ({ name }))

export function serveOpenApi(app: ApiServer): void {
  let text: string | undefined
  app.get('/openapi.json', { schema: { hide: true }, config: { scope: 'public' } }, async (_request, reply) => {
    text ??= JSON.stringify(app.swagger())
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

type RouteSchema = NonNullable<RouteOptions['schema']>

/** Adds what the route's config says to what people read. */
function describe(route: RouteOptions, schema: RouteSchema | undefined): RouteSchema {
  const scope = route.config?.scope
  const told = scope === 'public' ? 'Needs no token.' : `Needs the scope \`${scope}\`.`
  const described = schema?.description ? `${schema.description}\n\n${told}` : told
  return { ...schema, description: described, ...(scope === 'public' ? { security: [] } : {}) }
}

function addProblems<T extends { response?: unknown; params?: unknown; hide?: boolean }>(
  route: RouteOptions,
  schema: T,
): T {
  if (schema.hide || route.config?.scope === 'public') return schema
  const codes = new Set<ErrorCode>(['request_invalid', 'unauthenticated', 'scope_missing', 'store_unavailable'])
  if (schema.params) codes.add('not_found')
  if (route.schema?.body || route.config?.bodies) codes.add('body_too_large').add('media_type_unsupported')
  for (const code of route.config?.problems ?? []) codes.add(code)
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) byStatus.set(STATUS_OF[code], [...(byStatus.get(STATUS_OF[code]) ?? []), code])
  const responses = { ...(schema.response as Record<string, unknown>) }
  for (const [status, of] of [...byStatus].sort(([a], [b]) => a - b)) {
    responses[String(status)] ??= {
      description: of.map((code) => `\`${code}\``).join(', '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }
  }
  return { ...schema, response: responses }
}

function addBodies<T extends object>(route: RouteOptions, schema: T): T {
  const bodies = route.config?.bodies
  if (!bodies) return schema
  const content = Object.fromEntries(
    Object.entries(bodies).map(([mediaType, shape]) => [mediaType, { schema: toJsonSchema(shape) }]),
  )
  return { ...schema, body: { content, required: true } }
}

function toJsonSchema(shape: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })
  return schema
}
