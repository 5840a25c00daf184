/** A SCIM resource, as it came: names of attributes are compared without case. */
export type Resource = Record<string, unknown>

const CORE = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/i
/** Attribute names as RFC 7643 has them; nothing else becomes the name of anything here. */
const NAME = /^\$?[A-Za-z][\w-]*$/

/** A JSON object: neither null nor an array. */
export const isObject = (value: unknown): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The name as it stands in the resource; the one that was asked for where it has none. */
export function keyIn(resource: Resource, name: string): string {
  if (Object.hasOwn(resource, name)) return name
  const wanted = name.toLowerCase()
  return Object.keys(resource).find((key) => key.toLowerCase() === wanted) ?? name
}

/** The value of an attribute, whose name is compared without case (RFC 7643, 2.1); undefined where there is none. */
export function read(resource: Resource, name: string): unknown {
  const key = keyIn(resource, name)
  return Object.hasOwn(resource, key) ? resource[key] : undefined
}

/** `null` and nothing take the attribute away. */
export function write(resource: Resource, name: string, value: unknown): void {
  const key = keyIn(resource, name)
  if (value === null || value === undefined) delete resource[key]
  else resource[key] = value
}

/** An attribute path in parts: an extension's schema as a whole, then names. Undefined where it is none. */
export function splitPath(path: string): string[] | undefined {
  const bare = path.replace(CORE, '')
  const urn = /^(urn:[\w:.-]+):([^:]+)$/i.exec(bare)
  // `urn:…:2.0:User` alone is the extension as a whole; its version has a dot, an attribute behind it may have one too.
  if (urn?.[1] !== undefined && urn[2] !== undefined && !isSchema(bare)) {
    const names = urn[2].split('.')
    return names.every((name) => NAME.test(name)) ? [urn[1], ...names] : undefined
  }
  if (/^urn:/i.test(bare)) return /^urn:[\w:.-]+$/i.test(bare) ? [bare] : undefined
  const names = bare.split('.')
  return names.length <= 4 && names.every((name) => NAME.test(name)) ? names : undefined
}

/** A URN that ends in what extensions are of, not in an attribute. */
const isSchema = (urn: string) => /:(?:User|Group)$/i.test(urn)

/** All values at a path; those of multi-valued attributes one by one. */
export function valuesAt(resource: Resource, parts: readonly string[]): unknown[] {
  let found: unknown[] = [resource]
  for (const part of parts) {
    found = found.flatMap((value) => {
      const inner = isObject(value) ? read(value, part) : undefined
      return inner === undefined || inner === null ? [] : Array.isArray(inner) ? inner : [inner]
    })
  }
  return found
}

/** Providers write booleans as text; undefined: it is none. */
export function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  const text = value.trim().toLowerCase()
  return text === 'true' ? true : text === 'false' ? false : undefined
}

/** A single value that came as a list of one, or as `{ "value": … }`. */
export function unwrap(value: unknown): unknown {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  return isObject(one) && Object.hasOwn(one, 'value') ? one['value'] : one
}

/** Values of a multi-valued attribute, however few came and in whatever form. */
export function toList(value: unknown): unknown[] {
  return value === null || value === undefined ? [] : Array.isArray(value) ? value : [value]
}
