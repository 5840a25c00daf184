import type { InjectOptions } from 'fastify'

export interface MadeRequest extends Pick<InjectOptions, 'method'> {
  url: string
  payload?: string
  headers: Record<string, string>
  /** To be sent as somebody who has logged in. */
  isPage: boolean
}

export interface RequestSources {
  document: Document
  /** As `GET /console/{rosterId}`: pages are in no document. */
  pages: readonly string[]
  /** By parameter, what there is. */
  known: Readonly<Record<string, string | undefined>>
}

type Schema = Record<string, unknown>

interface Operation {
  parameters?: { name: string; in: string; schema?: Schema }[]
  requestBody?: { content: Record<string, { schema?: Schema }> }
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

const KNOWN = ['gold', 'acme', 'u-1', 'lane', 'failed', 'crm']
const ODD = [
  '',
  '__proto__',
  'constructor',
  '0',
  '-1',
  '..',
  '.',
  ' ',
  'a b',
  'a/b',
  '%',
  '%00',
  '\u0000',
  '\r\nx: y',
  'ü',
  '💥',
  '\u202e',
  '{gold}',
  '*',
  '[a]',
  "'",
  '"',
  '<script>',
  '+',
  'null',
  'x'.repeat(65),
  'x'.repeat(300),
  'x'.repeat(3_000),
  '9'.repeat(40),
  '1e309',
  '0x10',
  '1:2',
  '2026-11-29T00:00:00Z',
  'bnVsbA',
  'WyJhIiwiYiJd',
  '00000000-0000-4000-8000-000000000000',
]
const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'application/json; charset=latin1',
  'application/JSON ; charset="utf-8"',
  'text/csv',
  '',
]
const BROKEN = [
  '',
  ' ',
  '{',
  '[',
  'null',
  '0',
  '""',
  '[]',
  '{}',
  '[[[]]]',
  '"\\ud800"',
  '{"a":1,"a":2}',
  '{"__proto__":{}}',
  '\u0000',
  '1e999',
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `[${'{},'.repeat(2_000)}{}]`,
  'id,email\nu-1,a@example.com\n',
  '--x\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nid,email\r\n--x--\r\n',
]

/** Requests from the document's own schemas, mostly right and often wrong in one place; the same ones for the same seed. */
export function createRequestMaker(
  seed: number,
  { document, pages, known }: RequestSources,
): (count: number) => MadeRequest {
  const random = randomOf(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const chance = (share: number) => random() < share
  const word = () => (chance(0.75) ? pick(KNOWN) : pick(ODD))
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

  const resolve = (schema: Schema): Schema => {
    const ref = schema['$ref']
    if (typeof ref !== 'string') return schema
    return document.components?.schemas?.[ref.split('/').at(-1) ?? ''] ?? {}
  }
  const odd = (): unknown =>
    pick<() => unknown>([
      () => pick(ODD),
      () => pick([0, -0, -1, 1.5, 1e21, 2 ** 53, Number.MAX_VALUE, 5e-324]),
      () => pick([null, true, false, [], {}]),
      () => Array(5).fill(pick(ODD)),
      () => ({ [pick(ODD)]: pick(ODD) }),
      () => nest(pick([3, 64, 80])),
    ])()
  const value = (given: Schema, depth = 0): unknown => {
    if (chance(0.04)) return odd()
    const schema = resolve(given)
    const either = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined
    if (either) return value(pick(either), depth)
    if (schema['const'] !== undefined) return schema['const']
    if (Array.isArray(schema['enum'])) return pick(schema['enum'])
    const type = Array.isArray(schema['type']) ? pick(schema['type'] as string[]) : schema['type']
    switch (type) {
      case 'object':
        return object(schema, depth)
      case 'array':
        return Array.from({ length: Math.floor(random() * 4) }, () =>
          value((schema['items'] ?? {}) as Schema, depth + 1),
        )
      case 'integer':
      case 'number':
        return Math.floor(random() * Math.min(Number(schema['maximum'] ?? 100), 1_000))
      case 'boolean':
        return chance(0.5)
      case 'string':
        return chance(0.3) ? 'ann@example.com' : word()
      default:
        return null
    }
  }
  const object = (schema: Schema, depth: number): Record<string, unknown> => {
    const required = new Set((schema['required'] ?? []) as string[])
    const made: [string, unknown][] = []
    for (const [name, inner] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)) {
      const leftOut = required.has(name) ? chance(0.03) : chance(0.5)
      if (!leftOut && depth < 8) made.push([name, value(inner, depth + 1)])
    }
    if (chance(0.05)) made.push([pick(ODD), odd()])
    return Object.fromEntries(made)
  }
  const fill = (path: string) =>
    path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
      const right = known[name]
      if (right !== undefined && chance(0.7)) return right
      return chance(0.02) ? pick(ODD) : encode(word())
    })
  const queryOf = (names: readonly string[]) => {
    const chosen = names.filter(() => chance(0.3)).map((name) => `${name}=${encode(word())}`)
    if (chance(0.05)) chosen.push(`${encode(pick(ODD))}=${encode(pick(ODD))}`)
    // Twice is a list to some parsers, and brackets are one to others.
    if (names.length > 0 && chance(0.08)) {
      const name = pick(names)
      chosen.push(`${name}${pick(['', '', '[]', '[a]', '.a'])}=${encode(word())}&${name}=${encode(word())}`)
    }
    return chosen.length === 0 ? '' : `?${chosen.join('&')}`
  }
  const base = (count: number): Record<string, string> => {
    const headers: Record<string, string> = { 'x-request-id': `fuzz-${count}` }
    if (chance(0.02)) headers['authorization'] = pick(['', 'Bearer x', 'Basic eDp5', `Bearer ${'x'.repeat(500)}`])
    if (chance(0.03)) headers['idempotency-key'] = pick(['k', '', 'x'.repeat(300)])
    if (chance(0.03)) headers['accept'] = pick(['text/csv', 'text/html', '*/*', ''])
    return headers
  }
  const page = (count: number): MadeRequest => {
    const [method = '', path = ''] = pick(pages).split(' ')
    const isPost = method !== 'GET'
    const form = new URLSearchParams(
      Array.from({ length: 4 }, (): [string, string] => [pick(['id', 'email', 'text', 'upload', 'q']), word()]),
    )
    const type = chance(0.8) ? 'application/x-www-form-urlencoded' : pick(TYPES)
    return {
      method: method as 'GET',
      url:
        fill(path) + queryOf(['q', 'status', 'after', 'cursor', 'next', 'page', 'activeQueue', 'jobsPerPage', 'email']),
      headers: { ...base(count), ...(isPost ? { 'content-type': type } : {}) },
      ...(isPost ? { payload: chance(0.8) ? form.toString() : pick(BROKEN) } : {}),
      isPage: true,
    }
  }
  return (count) => {
    if (chance(0.25)) return page(count)
    const { path, method, operation } = pick(operations)
    const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name)
    const made: MadeRequest = {
      method: (chance(0.03) ? pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) : method) as 'GET',
      url: fill(path) + queryOf(names),
      headers: base(count),
      isPage: false,
    }
    const contents = Object.entries(operation.requestBody?.content ?? {})
    const [type, { schema }] = contents.length > 0 ? pick(contents) : ['application/json', {}]
    if (contents.length === 0 && chance(0.95)) return made
    made.headers['content-type'] = chance(0.96) ? type : pick(TYPES)
    made.payload = chance(0.08) ? pick(BROKEN) : type === 'text/csv' ? csv() : JSON.stringify(value(schema ?? {}))
    return made
  }

  function csv(): string {
    const cell = () => (chance(0.9) ? word() : 'ann@example.com').replaceAll(/[\r\n]/g, ' ')
    const rows = Array.from({ length: Math.floor(random() * 5) }, () => [cell(), cell(), cell(), cell()].join(','))
    return `id,email,firstName,lastName\n${rows.join('\n')}\n`
  }
}

const encode = (text: string) => encodeURIComponent(text)

function nest(depth: number): unknown {
  let made: unknown = 1
  for (let at = 0; at < depth; at++) made = at % 2 === 0 ? [made] : { a: made }
  return made
}

/** mulberry32: small, and the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
