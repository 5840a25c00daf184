interface Asked {
  query: unknown
  params: unknown
}

/**
 * What an address says behind its question mark, for pages, which take any query: what is said more than once counts as not said.
 * Routes of the API have a schema instead.
 */
export function queryOf(request: Pick<Asked, 'query'>): Partial<Record<string, string>> {
  return textsOf(request.query)
}

/** A part of the path. Throws where the route's pattern has none of that name. */
export function paramOf(request: Pick<Asked, 'params'>, name: string): string {
  const value = textsOf(request.params)[name]
  if (value === undefined) throw new Error(`The route has no parameter ${name}`)
  return value
}

/** The fields of an object that are texts; whatever is repeated in an address, or is not a text, is left out. */
export function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
