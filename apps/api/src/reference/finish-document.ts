import type { FastifyContextConfig } from 'fastify'
import { problemExamples, REQUEST_ID } from './describe-route.ts'
import { exampleOf, type JsonSchema } from './schema-example.ts'

/** A body in one media type (OpenAPI). */
export interface MediaType {
  schema?: JsonSchema
  example?: unknown
  examples?: Record<string, { value: unknown } | { $ref: string }>
}
interface Parameter {
  name: string
  in: string
  required?: boolean
  description?: string
  schema: JsonSchema
  example?: unknown
}
/** An answer of an operation (OpenAPI). */
export interface Answer {
  description: string
  headers?: Record<string, object>
  content?: Record<string, MediaType>
}
/** A route and method in the document (OpenAPI). */
export interface Operation {
  operationId?: string
  tags?: string[]
  summary?: string
  description?: string
  security?: object[]
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Record<string, MediaType> }
  responses: Record<string, Answer>
  /** Known to renderers; our reference shows the first. */
  'x-code-samples'?: { lang: string; label: string; source: string }[]
}
/** As much of an OpenAPI document as we read and write. */
export interface OpenApiDocument {
  openapi: string
  servers: { url: string; description?: string }[]
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  webhooks: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, JsonSchema>
    headers?: Record<string, object>
    examples?: Record<string, { value: unknown }>
  }
}

/** What stands for a path or query parameter in examples: things that `npm start` makes, where it makes them. */
const PARAMETERS: Readonly<Record<string, string>> = {
  rosterId: 'gold',
  memberId: 'u-1001',
  teamKeyId: 'demo',
  appId: '6449123456',
  reconciliationId: 'rec-7',
  webhookId: 'crm',
  deliveryId: 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj',
  tokenId: 'tok-3',
  registrationId: 'awh-1',
  noticeId: 'ops',
  sourceId: 'shop',
  erasureId: 'era-1',
  scimUserId: '2819c223-7f76-453a-919d-413861904646',
  scimGroupId: 'e9e30dba-f08f-4109-8486-d5c6a331660a',
  scimName: 'User',
  roster: 'gold',
  group: 'Beta testers',
  token: 'mlt-1',
  email: 'ann.lee@example.com',
}

const ANSWERS: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Recorded; it is carried out from now on',
  204: 'Done; there is nothing to say',
}
/** Where a name means another thing than elsewhere. */
const OF_PATH: Readonly<Record<string, string>> = {
  '/scim/v2/Schemas/{scimName}': 'urn:ietf:params:scim:schemas:core:2.0:User',
}
const parameterOf = (path: string, name: string) =>
  (name === 'scimName' ? OF_PATH[path] : undefined) ?? PARAMETERS[name]

/** What @fastify/swagger says where a route says nothing. */
const UNSAID = 'Default Response'

const HEADERS = {
  RequestId: {
    description:
      "The caller's own `x-request-id` where it sent one that fits, else one of ours; the log has it as well",
    schema: { type: 'string' },
    example: REQUEST_ID,
  },
  RetryAfter: {
    description: 'Seconds to wait before the request is sent again',
    schema: { type: 'integer' },
    example: 2,
  },
}
const RETRY_AFTER: readonly string[] = ['429', '503']

/** Adds to each operation what can be said of all alike: examples, headers, lines to paste. Changes the document. */
export function finishDocument(
  document: OpenApiDocument,
  configOf: ReadonlyMap<string | undefined, FastifyContextConfig>,
): OpenApiDocument {
  const resolve = (ref: string) => document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {}
  document.components.headers = HEADERS
  const named = JSON.stringify(document.paths)
  document.components.examples = Object.fromEntries(
    Object.entries(problemExamples()).filter(([code]) => named.includes(`#/components/examples/${code}"`)),
  )
  const groups = [document.paths, document.webhooks].flatMap((part) => Object.entries(part))
  for (const [path, item] of groups) {
    for (const [method, operation] of Object.entries(item)) {
      for (const content of Object.values(operation.requestBody?.content ?? {})) addExample(content, resolve)
      if (path in document.webhooks) continue
      const config = configOf.get(operation.operationId) ?? {}
      addParameters(path, operation, config)
      for (const [status, answer] of Object.entries(operation.responses)) {
        finishAnswer(status, answer, config)
        for (const content of Object.values(answer.content ?? {})) addExample(content, resolve)
      }
      const sample = toCurl(document.servers[0]?.url ?? '/', method, path, operation)
      operation['x-code-samples'] = [{ lang: 'Shell', label: 'curl', source: sample }]
    }
  }
  return document
}

function addExample(content: MediaType, resolve: (ref: string) => JsonSchema): void {
  if (content.example !== undefined || content.examples !== undefined || !content.schema) return
  const example = exampleOf(content.schema, resolve)
  if (example !== undefined) content.example = example
}

function addParameters(path: string, operation: Operation, config: FastifyContextConfig): void {
  for (const parameter of operation.parameters ?? []) {
    const example = parameterOf(path, parameter.name) ?? exampleOf(parameter.schema, () => ({}))
    if (example !== undefined && (parameter.required || parameter.in === 'path')) parameter.example ??= example
  }
  const own = Object.entries(config.headers ?? {}).map(
    ([name, { description, example, required = false }]): Parameter => ({
      name,
      in: 'header',
      required,
      description,
      schema: { type: 'string' },
      example,
    }),
  )
  if (own.length > 0) operation.parameters = [...(operation.parameters ?? []), ...own]
}

function finishAnswer(status: string, answer: Answer, config: FastifyContextConfig): void {
  if (answer.description === UNSAID) answer.description = ANSWERS[status] ?? UNSAID
  answer.headers = { 'x-request-id': { $ref: '#/components/headers/RequestId' } }
  if (RETRY_AFTER.includes(status)) answer.headers['retry-after'] = { $ref: '#/components/headers/RetryAfter' }
  if (!status.startsWith('2')) return
  for (const [name, description] of Object.entries(config.answerHeaders ?? {})) {
    answer.headers[name] = { description, schema: { type: 'string' } }
  }
}

/** Where `npm start` listens: a relative server is not an address to paste. */
export const SAMPLE_BASE = 'http://127.0.0.1:3000'

/** One line for a shell, with the token in `$TOKEN`. */
function toCurl(server: string, method: string, path: string, operation: Operation): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameterOf(path, name) ?? name))
  const asked = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`)
  const base = server === '/' ? SAMPLE_BASE : server
  const url = `${base}${filled}${asked.length > 0 ? `?${asked.join('&')}` : ''}`
  const parts = ['curl', ...(method === 'get' ? [] : ['-X', method.toUpperCase()]), `'${url}'`]
  if (operation.security === undefined) parts.push('-H', '"Authorization: Bearer $TOKEN"')
  const [mediaType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  if (mediaType !== undefined && content?.example !== undefined) {
    const body = typeof content.example === 'string' ? content.example : JSON.stringify(content.example)
    parts.push('-H', `'Content-Type: ${mediaType}'`, '--data-binary', `'${body.replaceAll("'", `'\\''`)}'`)
  }
  return parts.join(' ')
}
