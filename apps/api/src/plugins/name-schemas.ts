import { z } from 'zod'

/**
 * Gives shapes that come up in many places a name of their own under components, so that a generated client has one type for
 * each. Done on the finished document: an id on the zod shape would emit every one twice, once as an input.
 */
export function nameSchemas<T extends object>(document: T, named: Readonly<Record<string, z.ZodType>>): T {
  const nameOf = new Map<string, string>()
  const schemas: Record<string, unknown> = {}
  for (const [name, shape] of Object.entries(named)) {
    const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'output', unrepresentable: 'any' })
    nameOf.set(JSON.stringify(schema), name)
    // @fastify/swagger moves the example of a whole answer out of its shape.
    const { examples: _examples, ...bare } = schema
    nameOf.set(JSON.stringify(bare), name)
    schemas[name] = schema
  }
  const replace = (value: unknown, isRoot: boolean): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const name = isRoot ? undefined : nameOf.get(JSON.stringify(value))
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
    if (Array.isArray(value)) return value.map((item) => replace(item, false))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, false)]))
  }
  const { components, ...rest } = document as { components?: { schemas?: object } }
  const own = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, replace(schema, true)]))
  const replaced = replace(rest, true) as object
  return { ...replaced, components: { ...components, schemas: { ...components?.schemas, ...own } } } as unknown as T
}
