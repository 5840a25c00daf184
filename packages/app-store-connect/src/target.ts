export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** `/v1/betaGroups/{id}` and its query as one request target, without the base URL's own path. */
export function toTarget(path: string, id: string | undefined, query: Query = {}): string {
  const filled = path.replace('{id}', () => encode(id ?? ''))
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encode(name)}=${encodeValue(value)}`],
  )
  return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`
}

/** Apple's lists are `style: form, explode: false`: each value encoded, the commas between them not. */
export function encodeValue(value: string | number | readonly string[]): string {
  return typeof value === 'object' ? value.map(encode).join(',') : encode(String(value))
}

/** `+` becomes %2B. A lone surrogate, which no URL can carry, becomes what URLSearchParams makes of it. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
}

const LONGEST_ID = 255

/**
 * Whether an id can stand in a path as what it is. Ids come from callers, too: `..` would make another path of `/v1/apps/{id}/betaGroups`
 * on the way, and Apple has none with a slash, a space or letters beyond ASCII.
 */
export function fitsPath(id: string): boolean {
  return id.length <= LONGEST_ID && /^[\x21-\x7e]+$/.test(id) && !/[/\\?#%]|^\.{1,2}$/.test(id)
}
