import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildOpenApiText } from './openapi-document.ts'

interface Operation {
  summary?: string
  tags?: string[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { description: string; content?: Record<string, unknown> }>
}
type Document = { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: object } }

const text = await buildOpenApiText()
const document = JSON.parse(text) as Document
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
)

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

  it.each(operations)('tells what $name is for and what it answers', ({ operation }) => {
    expect(operation.summary).toBeTruthy()
    expect(operation.tags).toHaveLength(1)
    expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true)
  })

  it('names the three media types of events', () => {
    expect(Object.keys(document.paths['/v1/events']?.['post']?.requestBody?.content ?? {})).toEqual([
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
    ])
  })

  it('names the codes of a refusal by their status', () => {
    const responses = document.paths['/v1/rosters/{rosterId}']?.['put']?.responses
    expect(responses?.['409']?.description).toContain('`group_in_use`')
    expect(responses?.['422']?.description).toContain('`group_ambiguous`')
  })
})
