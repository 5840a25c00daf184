/** A JSON schema, as far as examples need it. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  examples?: unknown[]
  example?: unknown
  default?: unknown
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  [key: string]: unknown
}

/**
 * The example of a shape: its own, or one made of those of its parts. Undefined where a part that has to be there has none; the
 * test of the document then names the operation, and `withExample` mends it.
 */
export function exampleOf(schema: JsonSchema, resolve: (ref: string) => JsonSchema): unknown {
  if (schema.$ref !== undefined) return exampleOf(resolve(schema.$ref), resolve)
  if (schema.examples !== undefined) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) {
    const made = choices.map((choice) => exampleOf(choice, resolve)).find((example) => example != null)
    return made ?? (choices.some(({ type }) => type === 'null') ? null : undefined)
  }
  if (Array.isArray(schema.type) && schema.type.includes('null')) return null
  if (schema.type === 'array') {
    const item = schema.items && exampleOf(schema.items, resolve)
    return item === undefined ? undefined : [item]
  }
  if (schema.type === 'object' && schema.properties) return exampleOfObject(schema, resolve)
  return undefined
}

function exampleOfObject({ properties, required }: JsonSchema, resolve: (ref: string) => JsonSchema): unknown {
  const made: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(properties ?? {})) {
    const example = exampleOf(property, resolve)
    if (example !== undefined) made[name] = example
    else if (required?.includes(name)) return undefined
  }
  return made
}
