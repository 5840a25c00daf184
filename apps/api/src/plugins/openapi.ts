import swagger from '@fastify/swagger'
import type { FastifyContextConfig } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { describeCallbacks } from '../reference/callbacks.ts'
import { addBodies, addProblems, describeScope, toJsonSchema } from '../reference/describe-route.ts'
import { finishDocument, type OpenApiDocument } from '../reference/finish-document.ts'
import { eventResult, eventResults } from '../routes/events/schema.ts'
import { member, timelineItem } from '../routes/members/schema.ts'
import { notice } from '../routes/notices/schema.ts'
import { reconciliation } from '../routes/reconciliations/schema.ts'
import { activityItem } from '../routes/rosters/activity.ts'
import { putRoster, roster } from '../routes/rosters/schema.ts'
import { teamKey } from '../routes/team-keys/schema.ts'
import { token } from '../routes/tokens/schema.ts'
import { delivery, webhook } from '../routes/webhooks/schema.ts'
import { build } from '../schemas/build.ts'
import { budgetStatus, laneStatus } from '../schemas/lane.ts'
import { problem } from '../schemas/problem.ts'
import { reportedProblem } from '../schemas/reported-problem.ts'
import { scimError } from '../scim/shapes.ts'
import type { ApiServer } from '../server.ts'
import { nameSchemas } from './name-schemas.ts'

const VERSION = '1.0.0'

/** Collects the routes for the OpenAPI document, which is made from the very schemas that validate. */
export async function useOpenApi(app: ApiServer): Promise<void> {
  /** What routes say of themselves beside their schema, by operation. */
  const configOf = new Map<string | undefined, FastifyContextConfig>()
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Flightroster',
        version: VERSION,
        description: INTRODUCTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
        // In by hand: a shape with an id of its own would come out twice, once as an input.
        schemas: { Problem: toJsonSchema(problem) as never, ScimError: toJsonSchema(scimError) as never },
      },
      tags: TAGS,
    },
    transformObject: (given) => {
      if (!('openapiObject' in given)) return given.swaggerObject
      const named = nameSchemas({ ...given.openapiObject, webhooks: describeCallbacks(toJsonSchema) }, NAMED)
      return finishDocument(named as unknown as OpenApiDocument, configOf)
    },
    transform: (document) => {
      const { route } = document
      const { schema, url } = jsonSchemaTransform({ ...document, schema: describeScope(route, document.schema) })
      configOf.set(document.schema?.operationId, route.config ?? {})
      return { schema: addBodies(route, addProblems(route, schema)), url }
    },
  })
}

const INTRODUCTION = `Keeps TestFlight external testing groups in step with a membership system.

The lines for a shell take a token from \`$TOKEN\`; where \`npm start\` runs, in its folder: \`TOKEN=$(cat .flightroster/admin-token)\`.
They speak of its roster \`gold\`.`

const NAMED = {
  ActivityItem: activityItem,
  Build: build,
  Budget: budgetStatus,
  Delivery: delivery,
  EventResult: eventResult,
  EventResults: eventResults,
  Lane: laneStatus,
  Member: member,
  Notice: notice,
  ReportedProblem: reportedProblem,
  Reconciliation: reconciliation,
  PutRoster: putRoster,
  Roster: roster,
  TeamKey: teamKey,
  TimelineItem: timelineItem,
  Token: token,
  Webhook: webhook,
}

const TAGS = Object.entries({
  events: 'What upstream tells: who joined, changed, left.',
  members: 'The people on a roster, one by one or as a whole list.',
  people: 'A person over all rosters.',
  rosters: 'The people who should be in one external testing group of one app.',
  reconciliations: 'Whole lists and readings of the group: what they came to, and held plans.',
  'team-keys': 'API keys of App Store Connect, and what they see there.',
  lanes: 'The queues of the team keys, for operators.',
  sources: 'Membership systems that post their own webhooks: Stripe, Patreon, Ghost, or any signed one.',
  scim: 'Identity providers push their people and groups in (SCIM 2.0).',
  webhooks: 'Where upstream is told what became of its people.',
  notices: 'Where people are told what needs them: Slack, Teams, e-mail.',
  callbacks: 'What is posted to your webhooks.',
  'apple-webhooks': 'Where Apple posts what becomes of builds.',
  tokens: 'Who may call what.',
  operations: 'Health, metrics, and who changed what.',
}).map(([name, description]) => ({ name, description }))
