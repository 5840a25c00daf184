import { readFileSync } from 'node:fs'
import openapiTypescript, { astToString } from 'openapi-typescript'

const METHODS = ['get', 'put', 'post', 'delete', 'patch']
const BANNER = '// Generated from apps/api/openapi.json by packages/client/scripts/generate.mjs.\n\n'

export function readDocument() {
  return JSON.parse(readFileSync(new URL('../../../apps/api/openapi.json', import.meta.url), 'utf8'))
}

/**
 * Types of every operation, shape and callback. Without examples, and without the answers that the client throws as
 * errors: two thirds of the text, and nobody's code names them.
 */
export async function toTypes(document) {
  // A field with a default may be left out by who sends it; answers say themselves what is always there.
  const nodes = await openapiTypescript(withoutErrors(withoutExamples(document)), { defaultNonNullable: false })
  return BANNER + astToString(nodes)
}

/** What the client needs to know while it runs: method, path, and whether it is a list in pages. */
export function toOperations(document) {
  const lines = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => toLine(path, method, item[method])),
  )
  return `${BANNER}export const OPERATIONS = {\n${lines.join('')}} as const\n`
}

function toLine(path, method, { operationId, parameters = [] }) {
  const isPaged = parameters.some(({ in: place, name }) => place === 'query' && name === 'cursor')
  return `  ${operationId}: { method: '${method.toUpperCase()}', path: '${path}', isPaged: ${isPaged} },\n`
}

/** Inside `properties` a key is a field's name, never a keyword. */
function withoutExamples(part, isFields = false) {
  if (Array.isArray(part)) return part.map((one) => withoutExamples(one))
  if (part === null || typeof part !== 'object') return part
  const kept = Object.entries(part).filter(([key]) => isFields || (key !== 'example' && key !== 'examples'))
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutExamples(value, !isFields && key === 'properties')]),
  )
}

const onlyGood = (operation) => ({
  ...operation,
  responses: Object.fromEntries(Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))),
})

function withoutErrors(document) {
  const paths = Object.entries(document.paths).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([key, value]) => [key, METHODS.includes(key) ? onlyGood(value) : value]),
    ),
  ])
  return { ...document, paths: Object.fromEntries(paths) }
}
