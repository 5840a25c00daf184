import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Apple's file is not ours to hand on, so a clone has it only where somebody put it beside the checkout.
const file = join(import.meta.dirname, '../../../../shared/apple/app-store-connect-openapi-4.4.1-testflight.json')

export interface OpenApiParameter {
  name: string
  schema: { items?: { enum?: string[] }; maximum?: number }
}

export interface OpenApiOperation {
  parameters?: OpenApiParameter[]
  requestBody?: { content: Record<string, { schema: { $ref: string } }> }
  responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }>
}

export interface OpenApi {
  paths: Record<string, Record<string, OpenApiOperation>>
  components: { schemas: Record<string, any> }
}

export function readOpenApi(): OpenApi | undefined {
  if (!existsSync(file)) return undefined
  const openApi = JSON.parse(readFileSync(file, 'utf8')) as OpenApi
  addWebhooksOfApp(openApi)
  return openApi
}

/** An app's webhooks, as Apple's documentation has them: the part of the file that is read here lacks them. Built like its groups. */
function addWebhooksOfApp({ paths, components: { schemas } }: OpenApi): void {
  const likeGroups = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll('betaGroups', 'webhooks').replaceAll('BetaGroup', 'Webhook'))
  for (const path of ['/v1/apps/{id}/betaGroups', '/v1/apps/{id}/relationships/betaGroups']) {
    paths[path.replace('betaGroups', 'webhooks')] = likeGroups(paths[path])
  }
  for (const name of ['BetaGroupsWithoutIncludesResponse', 'AppBetaGroupsLinkagesResponse']) {
    schemas[name.replace('BetaGroup', 'Webhook')] = likeGroups(schemas[name])
  }
}

/** Checks bodies against Apple's schemas, and also refuses names that Apple's schemas do not know. */
export function createChecker(openApi: OpenApi) {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
  addFormats.default(ajv)
  ajv.addSchema(closed(structuredClone({ components: openApi.components })) as object, 'apple')
  const compiled = new Map<string, ValidateFunction>()
  const check = (ref: string, value: unknown): string[] => {
    let validate = compiled.get(ref)
    if (!validate) compiled.set(ref, (validate = ajv.compile({ $ref: `apple${ref}` })))
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
  return {
    request: (method: string, path: string, body: unknown): string[] => {
      const spec = openApi.paths[path]?.[method.toLowerCase()]
      const ref = spec?.requestBody?.content['application/json']?.schema.$ref
      return ref ? check(ref, body) : [`${method} ${path} takes no body`]
    },
    response: (method: string, path: string, status: number, body: unknown): string[] => {
      const response = openApi.paths[path]?.[method.toLowerCase()]?.responses[String(status)]
      if (!response) return [`${method} ${path} never answers ${status}`]
      const ref = response.content?.['application/json']?.schema.$ref
      if (!ref) return body === undefined ? [] : [`${method} ${path} ${status} has no body`]
      return check(ref, body)
    },
  }
}

/** Every object takes the properties listed and no other: a misspelt attribute would pass otherwise. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) node.forEach(closed)
  else if (typeof node === 'object' && node !== null) {
    const schema = node as Record<string, unknown>
    delete schema.discriminator
    // Apple's file has a `format` of null in one place.
    if (schema.format === null) delete schema.format
    if (schema.type === 'object' && schema.properties && schema.additionalProperties === undefined) {
      schema.additionalProperties = false
    }
    Object.values(schema).forEach(closed)
  }
  return node
}
