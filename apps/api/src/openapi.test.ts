import { CALLBACK_TYPES } from '@flightroster/core/domain'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildOpenApiText } from './openapi-document.ts'
import type { MediaType, OpenApiDocument, Operation } from './reference/finish-document.ts'

const text = await buildOpenApiText()
const document = JSON.parse(text) as OpenApiDocument
const ajv = new Ajv2020({ strict: false, validateFormats: false })

const list = (part: OpenApiDocument['paths'], where: string) =>
  Object.entries(part).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${where}${method.toUpperCase()} ${path}`, operation })),
  )
const operations = list(document.paths, '')
const callbacks = list(document.webhooks, 'callback ')

const valueOf = (example: { value: unknown } | { $ref: string }) =>
  'value' in example ? example.value : document.components.examples?.[example.$ref.split('/').at(-1) ?? '']?.value

/** The faults of an example by its schema; none where it is valid. */
function faultsOf(where: string, { schema, example, examples }: MediaType): string[] {
  const given = examples ? Object.values(examples).map(valueOf) : [example]
  const validate = ajv.compile({ ...schema, components: document.components })
  return given.flatMap((value) => {
    if (value === undefined) return [`${where} has no example: giveExample(shape, …) beside its shape`]
    return validate(value) ? [] : [`${where}: ${ajv.errorsText(validate.errors)}`]
  })
}

function faultsOfContent(where: string, content: Record<string, MediaType> = {}): string[] {
  return Object.entries(content).flatMap(([mediaType, one]) => faultsOf(`${where} (${mediaType})`, one))
}

const isPublic = ({ security }: Operation) => security?.length === 0
const codesOf = ({ responses }: Operation) =>
  Object.values(responses).flatMap(({ content }) => Object.keys(content?.['application/problem+json']?.examples ?? {}))

describe('the OpenAPI document', () => {
  it('is the one in the repository; `pnpm --filter @flightroster/api openapi` writes it anew', () => {
    expect(text).toBe(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'))
  })

  it('is 3.1 and names each shape once, and only shapes that are used', () => {
    expect(document.openapi).toBe('3.1.0')
    const names = Object.keys(document.components.schemas)
    expect(names).toContain('Problem')
    expect(names.filter((name) => name.endsWith('Input'))).toEqual([])
    expect(names.filter((name) => !text.includes(`#/components/schemas/${name}"`))).toEqual([])
  })

  it('names each operation once, as a generated client calls it', () => {
    const ids = [...operations, ...callbacks].map(({ operation }) => operation.operationId ?? '')
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([])
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  })

  it.each([...operations, ...callbacks])('tells what $name is for, and what it answers', ({ operation }) => {
    expect(operation.summary).toBeTruthy()
    expect(operation.description).toBeTruthy()
    expect(operation.tags).toHaveLength(1)
    expect(document.tags.map(({ name }) => name)).toContain(operation.tags?.[0])
    expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true)
    expect(Object.values(operation.responses).map(({ description }) => description)).not.toContain('Default Response')
  })

  it.each([...operations, ...callbacks])('has an example of all that $name takes and answers', ({ operation }) => {
    const unfilled = (operation.parameters ?? [])
      .filter(({ required, example }) => required && example === undefined)
      .map(({ name }) => `${name} has no example: add it to PARAMETERS of reference/finish-document.ts`)
    expect([
      ...unfilled,
      ...faultsOfContent('the body', operation.requestBody?.content),
      ...Object.entries(operation.responses).flatMap(([status, answer]) => faultsOfContent(status, answer.content)),
    ]).toEqual([])
  })

  it.each(operations)('says of $name which headers come, and that a caller may be too fast', ({ operation }) => {
    for (const { headers } of Object.values(operation.responses)) expect(headers).toHaveProperty('x-request-id')
    // SCIM's form of a refusal has no codes: its statuses are named.
    if (operation.tags?.includes('scim')) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '429', '500']))
      return
    }
    const expected = isPublic(operation)
      ? ['internal']
      : ['unauthenticated', 'scope_missing', 'rate_limited', 'internal']
    expect(codesOf(operation)).toEqual(expect.arrayContaining(expected))
    for (const status of ['429', '503']) {
      const headers = operation.responses[status]?.headers
      expect(headers === undefined || 'retry-after' in headers).toBe(true)
    }
  })

  it('names the three media types of events, and the header that stands for an id', () => {
    const operation = document.paths['/v1/events']?.['post']
    expect(Object.keys(operation?.requestBody?.content ?? {})).toEqual([
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
    ])
    expect(operation?.parameters?.map(({ name }) => name)).toContain('idempotency-key')
  })

  it('names the codes of a refusal by their status', () => {
    const responses = document.paths['/v1/rosters/{rosterId}']?.['put']?.responses
    expect(responses?.['409']?.description).toContain('`group_in_use`')
    expect(responses?.['422']?.description).toContain('`group_ambiguous`')
  })

  it('describes every type of callback', () => {
    expect(Object.keys(document.webhooks).sort()).toEqual([...CALLBACK_TYPES, 'webhook.test'].sort())
  })
})
