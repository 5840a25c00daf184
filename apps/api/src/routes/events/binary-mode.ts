import type { IncomingHttpHeaders } from 'node:http'

const ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'time'] as const

/**
 * The attributes of a CloudEvents event in binary mode, whose body is its data alone; undefined where no header is one of
 * theirs. Values are percent-encoded, and may be quoted (CloudEvents 1.0.2, HTTP protocol binding, 3.1.3.2).
 */
export function readBinaryAttributes(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  const found = ATTRIBUTES.flatMap((name) => {
    const value = headers[`ce-${name}`]
    return typeof value === 'string' ? [[name, decode(value)] as const] : []
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

function decode(value: string): string {
  const bare = /^"((?:[^"\\]|\\.)*)"$/.exec(value.trim())?.[1]?.replaceAll(/\\(.)/g, '$1') ?? value.trim()
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}
