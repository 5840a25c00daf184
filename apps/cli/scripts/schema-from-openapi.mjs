import { readFileSync } from 'node:fs'

/** What a file can hold: the PUT whose fields follow `kind` and `id`, and those of them that are secrets. */
const KINDS = {
  teamKey: { path: '/v1/team-keys/{teamKeyId}', secrets: ['privateKey'] },
  roster: { path: '/v1/rosters/{rosterId}', secrets: [] },
  webhook: { path: '/v1/webhooks/{webhookId}', secrets: [] },
  notice: { path: '/v1/notices/{noticeId}', secrets: ['target'] },
  source: { path: '/v1/sources/{sourceId}', secrets: ['secret'] },
}
/** A notice and a source have a `kind` of their own, and a document only one. */
const RENAMED = { notice: { from: 'kind', to: 'noticeKind' }, source: { from: 'kind', to: 'sourceKind' } }

export function readDocument() {
  return JSON.parse(readFileSync(new URL('../../api/openapi.json', import.meta.url), 'utf8'))
}

/** Draft 7, which editors understand best. One definition a kind, and for a source one a sender. */
export function toFileSchema(document) {
  const definitions = { secret: SECRET, id: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' } }
  for (const [kind, { path, secrets }] of Object.entries(KINDS)) {
    const body = withoutExamples(document.paths[path].put.requestBody.content['application/json'].schema)
    const renamed = RENAMED[kind]
    if (!renamed) {
      definitions[kind] = toDocument(kind, body, secrets)
      continue
    }
    if (!body.oneOf) {
      definitions[kind] = toDocument(kind, rename(body, renamed), secrets)
      continue
    }
    const variants = body.oneOf.map((variant) => [variant.properties[renamed.from].enum[0], rename(variant, renamed)])
    for (const [name, variant] of variants) definitions[`${kind}-${name}`] = toDocument(kind, variant, secrets)
    definitions[kind] = choose(
      renamed.to,
      variants.map(([name]) => [name, `${kind}-${name}`]),
    )
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A document of a Flightroster file',
    description: 'kind, id, then the fields of its PUT in the API',
    ...choose(
      'kind',
      Object.keys(KINDS).map((kind) => [kind, kind]),
    ),
    definitions,
  }
}

const SECRET = {
  description: 'Where a secret is: a file (beside this one) or an environment variable. Never the secret itself.',
  oneOf: [
    {
      type: 'object',
      properties: { file: { type: 'string', minLength: 1 } },
      required: ['file'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: { env: { type: 'string', minLength: 1 } },
      required: ['env'],
      additionalProperties: false,
    },
  ],
}

/** One of several shapes, by the word in one field. */
function choose(field, pairs) {
  return {
    type: 'object',
    required: [field],
    properties: { [field]: { enum: pairs.map(([word]) => word) } },
    allOf: pairs.map(([word, definition]) => ({
      if: { properties: { [field]: { const: word } }, required: [field] },
      // oxlint-disable-next-line unicorn/no-thenable -- the word of JSON Schema
      then: { $ref: `#/definitions/${definition}` },
    })),
  }
}

function rename({ properties, required, ...rest }, { from, to }) {
  const { [from]: moved, ...others } = properties
  return {
    ...rest,
    properties: { [to]: moved, ...others },
    required: required.map((name) => (name === from ? to : name)),
  }
}

/** A secret may be left out: what the server has stays. */
function toDocument(kind, { properties, required, ...rest }, secrets) {
  const references = Object.fromEntries(secrets.map((name) => [name, { $ref: '#/definitions/secret' }]))
  return {
    ...rest,
    properties: { kind: { const: kind }, id: { $ref: '#/definitions/id' }, ...properties, ...references },
    required: ['kind', 'id', ...required.filter((name) => !secrets.includes(name))],
  }
}

function withoutExamples(part, isFields = false) {
  if (Array.isArray(part)) return part.map((one) => withoutExamples(one))
  if (part === null || typeof part !== 'object') return part
  const kept = Object.entries(part).filter(([key]) => isFields || (key !== 'example' && key !== 'examples'))
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutExamples(value, !isFields && key === 'properties')]),
  )
}
