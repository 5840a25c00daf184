import { isObject, splitPath, type Resource } from './attributes.ts'

/** What a request wants to see of a resource, as paths in lower-cased parts. */
export interface Projection {
  attributes: string[][] | undefined
  excluded: string[][]
}

const ALWAYS = new Set(['schemas', 'id'])
const MOST_PATHS = 100

/** `attributes` and `excludedAttributes` of a request, comma-separated. */
export function readProjection(query: { attributes?: string; excludedAttributes?: string }): Projection {
  const list = (text: string | undefined) =>
    (text ?? '')
      .split(',')
      .slice(0, MOST_PATHS)
      .map((path) => (splitPath(path.trim()) ?? []).map((part) => part.toLowerCase()))
      .filter((parts) => parts.length > 0)
  const attributes = list(query.attributes)
  return { attributes: attributes.length > 0 ? attributes : undefined, excluded: list(query.excludedAttributes) }
}

/** Never less than was asked for: a part that is excluded takes nothing with it but itself. */
export function project(resource: Resource, { attributes, excluded }: Projection): Resource {
  const shown: Resource = {}
  for (const [name, value] of Object.entries(resource)) {
    const key = name.toLowerCase()
    const part = ALWAYS.has(key)
      ? value
      : attributes
        ? only(value, below(attributes, key))
        : without(value, below(excluded, key))
    if (part !== undefined) shown[name] = part
  }
  return shown
}

/** Whether anything of the attribute (lower-cased) is shown. */
export function isAsked({ attributes, excluded }: Projection, key: string): boolean {
  if (attributes) return attributes.some(([first]) => first === key)
  return !excluded.some((parts) => parts.length === 1 && parts[0] === key)
}

const below = (paths: readonly string[][], key: string) =>
  paths.filter(([first]) => first === key).map((parts) => parts.slice(1))

function only(value: unknown, paths: readonly string[][]): unknown {
  if (paths.length === 0) return undefined
  if (paths.some((parts) => parts.length === 0)) return value
  if (Array.isArray(value)) return value.map((item) => only(item, paths)).filter((item) => item !== undefined)
  if (!isObject(value)) return undefined
  const entries = Object.entries(value).map(([name, inner]) => [name, only(inner, below(paths, name.toLowerCase()))])
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined)) as Resource
}

function without(value: unknown, paths: readonly string[][]): unknown {
  if (paths.length === 0) return value
  if (paths.some((parts) => parts.length === 0)) return undefined
  if (Array.isArray(value)) return value.map((item) => without(item, paths))
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, without(inner, below(paths, name.toLowerCase()))])
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined)) as Resource
}
