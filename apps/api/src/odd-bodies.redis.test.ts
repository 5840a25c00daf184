import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gzipSync } from 'node:zlib'
import { serveApi, type TestApi } from '../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../testing/visitor.ts'

interface Body {
  payload: string | Buffer
  headers?: Record<string, string>
  /** As a member. */
  isTaken: boolean
}

const MEMBER = '{"firstName":"Ann"}'
const of = (payload: string | Buffer, headers: Record<string, string> = {}): Body => ({
  payload,
  headers,
  isTaken: false,
})
const taken = (payload: string | Buffer, headers: Record<string, string> = {}): Body => ({
  ...of(payload, headers),
  isTaken: true,
})
const typed = (type: string, payload: string | Buffer = MEMBER) => of(payload, { 'content-type': type })
const named = (name: string) => of(`{"firstName":"Ann",${name}}`)
const first = (value: string) => of(`{"firstName":${value}}`)
/** A name may hold any text: nobody is left out for how they are called. */
const nameOf = (value: string): Body => ({ ...first(value), isTaken: true })
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
const part = (head: string, text: string) => `--x\r\n${head}\r\n\r\n${text}\r\n`

/** As the body of a member. */
const BODIES: Record<string, Body> = {
  'a plain one': taken(MEMBER),
  'UTF-8 by name': taken(MEMBER, { 'content-type': 'application/json; charset="UTF-8"' }),
  'a mark of UTF-8 before it': taken(bytes([0xef, 0xbb, 0xbf], MEMBER)),
  'blanks around it': taken(`\r\n\t ${MEMBER}\r\n\t `),
  'not compressed, by name': taken(MEMBER, { 'content-encoding': 'identity' }),
  'a letter in two halves': taken('{"firstName":"\\ud83d\\ude00"}'),
  'text/plain': typed('text/plain'),
  'text/html': typed('text/html', '<script>alert(1)</script>'),
  'a form': typed('application/x-www-form-urlencoded', 'firstName=Ann'),
  'a form with a file': typed('multipart/form-data; boundary=x', part('content-disposition: form-data; name="a"', 'b')),
  'a form of no boundary': typed('multipart/form-data', MEMBER),
  'XML with an entity': typed('application/xml', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
  'bytes of any kind': typed('application/octet-stream', bytes([0, 255, 254])),
  'no type at all': typed(''),
  'a type that is none': typed('json'),
  'a type of signs': typed(';;;/,,,'),
  'two types': typed('application/json, text/plain'),
  'a long type': typed(`application/${'x'.repeat(8_000)}`),
  'JSON lines': typed('application/x-ndjson', `${MEMBER}\n${MEMBER}`),
  'JSON with a suffix': typed('application/a+json'),
  Latin1: typed('application/json; charset=iso-8859-1'),
  'UTF-16 by name': typed('application/json; charset=utf-16', Buffer.from(MEMBER, 'utf16le')),
  'UTF-7 by name': typed('application/json; charset=utf-7', '+AHs-'),
  'a charset without end': typed(`application/json; charset=${'u'.repeat(8_000)}`),
  'UTF-16 with a mark': of(bytes([0xff, 0xfe], [...Buffer.from(MEMBER, 'utf16le')])),
  'UTF-16 without a mark': of(Buffer.from(MEMBER, 'utf16le')),
  'UTF-32 with a mark': of(bytes([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0])),
  'two marks of UTF-8': of(bytes([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], MEMBER)),
  'a letter cut short': of(bytes('{"firstName":"', [0xc3], '"}')),
  'a letter written too long': of(bytes('{"firstName":"', [0xc0, 0xaf], '"}')),
  'half a letter in bytes': of(bytes('{"firstName":"', [0xed, 0xa0, 0x80], '"}')),
  'a letter beyond the last': of(bytes('{"firstName":"', [0xf4, 0x90, 0x80, 0x80], '"}')),
  'an end of letters alone': of(bytes('{"firstName":"', [0x80], '"}')),
  gzip: of(gzipSync(MEMBER), { 'content-encoding': 'gzip' }),
  'gzip of much': of(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), { 'content-encoding': 'gzip' }),
  'gzip of nothing': of('', { 'content-encoding': 'gzip' }),
  'gzip by name only': of(MEMBER, { 'content-encoding': 'gzip' }),
  'gzip in gzip': of(gzipSync(gzipSync(MEMBER)), { 'content-encoding': 'gzip, gzip' }),
  'gzip that says nothing of it': of(gzipSync(MEMBER)),
  deflate: of(MEMBER, { 'content-encoding': 'deflate' }),
  br: of(MEMBER, { 'content-encoding': 'br' }),
  zstd: of(MEMBER, { 'content-encoding': 'zstd' }),
  'an encoding that is none': of(MEMBER, { 'content-encoding': '../../etc' }),
  'half a letter first': nameOf('"\\ud83d"'),
  'half a letter last': nameOf('"\\ude00"'),
  'halves the wrong way round': nameOf('"\\ude00\\ud83d"'),
  'half a letter in a name': named('"\\ud83d":1'),
  'a NUL by escape': nameOf('"a\\u0000b"'),
  'a NUL as it is': first('"a\u0000b"'),
  'NULs alone': of('\u0000'.repeat(1_000)),
  'a line end as it is': first('"a\nb"'),
  'a bell by escape': nameOf('"\\u0007"'),
  'colours of a terminal': nameOf('"\\u001b[2J"'),
  'text that turns round': first(`"${'\u202e'.repeat(2_000)}"`),
  'accents upon accents': first(`"a${'\u0301'.repeat(10_000)}"`),
  'an escape that is none': first('"\\x41"'),
  'an escape cut short': first('"\\u12"'),
  'a text without end': of('{"firstName":"Ann'),
  'a text of 100,000': first(`"${'x'.repeat(100_000)}"`),
  'an object without end': of('{"firstName":"Ann"'),
  'two objects': of(`${MEMBER}${MEMBER}`),
  'an object and more': of(`${MEMBER}x`),
  'a comma too many': of('{"firstName":"Ann",}'),
  'a comment': of('{/* */"firstName":"Ann"}'),
  'single quotes': of("{'firstName':'Ann'}"),
  'no quotes': of('{firstName:"Ann"}'),
  NaN: first('NaN'),
  Infinity: first('-Infinity'),
  undefined: first('undefined'),
  'a hexadecimal number': first('0x10'),
  'a number with a plus': first('+1'),
  'a number with zeros before it': first('01'),
  'a number of a point': first('.5'),
  'a number too large': first('1e999'),
  'a number too small': first('-1e-999'),
  'a number beyond exact ones': first('9007199254740993'),
  'a number of 10,000 digits': first('9'.repeat(10_000)),
  'a number of 10,000 places': first(`0.${'1'.repeat(10_000)}`),
  'minus zero': first('-0'),
  'true for a text': first('true'),
  'a list for a text': first('["Ann"]'),
  'an object for a text': first('{"toString":"Ann"}'),
  'nothing at all, as text': of('""'),
  null: of('null'),
  'a number alone': of('1'),
  'a truth alone': of('false'),
  'a list alone': of('[]'),
  'a list of one': of(`[${MEMBER}]`),
  'the same name twice': of('{"firstName":"Ann","firstName":"Bob"}'),
  'the same name by escape': of('{"firstName":"Ann","first\\u004eame":"Bob"}'),
  'the same unknown name twice': named('"a":1,"a":2'),
  __proto__: named('"__proto__":{"firstName":"Eve"}'),
  '__proto__ by escape': named('"__pr\\u006fto__":{"isAdmin":true}'),
  '__proto__ twice': named('"__proto__":1,"__proto__":2'),
  'constructor.prototype': named('"constructor":{"prototype":{"isAdmin":true}}'),
  'a prototype in a text’s place': first('{"__proto__":{"isAdmin":true}}'),
  toJSON: named('"toJSON":1'),
  'a name of a promise': named('"then":1'),
  hasOwnProperty: named('"hasOwnProperty":1'),
  length: named('"length":4294967295'),
  'a name of nothing': named('"":1'),
  'a name of a NUL': named('"\\u0000":1'),
  'a name in other letters': named('"FIRSTNAME":"Ann"'),
  'a name that looks alike': named('"firstN\u0430me":"Ann"'),
  'a name with a blank': named('"firstName ":"Ann"'),
  'a long name': named(`"${'k'.repeat(50_000)}":1`),
  'names as a path': named('"a.b":1,"a[b]":1,"/a/~1":1'),
  'very many names': named(Array.from({ length: 5_000 }, (_, at) => `"k${at}":1`).join(',')),
  'lists 65 deep': first(`${'['.repeat(65)}${']'.repeat(65)}`),
  'lists 100,000 deep': first(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  'objects 10,000 deep': first(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
  'brackets that cross': first('[{]}'),
  'ends without a beginning': of(']'.repeat(10_000)),
  'a word of Redis': of('*1\r\n$8\r\nFLUSHALL\r\n'),
  'a request in it': of('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
  'a chunk in it': of('5\r\nhello\r\n0\r\n\r\n'),
}

/** As what a page is sent. */
const FORM = 'application/x-www-form-urlencoded'
const disposition = (rest: string) => `content-disposition: form-data; ${rest}`
const MULTIPART: Record<string, Body> = {
  'no boundary': typed('multipart/form-data', part(disposition('name="text"'), 'id\na')),
  'an empty boundary': typed('multipart/form-data; boundary=', '--\r\n\r\n--'),
  'a long boundary': typed(`multipart/form-data; boundary=${'x'.repeat(5_000)}`, `--${'x'.repeat(5_000)}\r\n`),
  'a boundary of signs': typed('multipart/form-data; boundary=".*+?^${}()|[]"', '--.*\r\n'),
  'another boundary': typed('multipart/form-data; boundary=y', part(disposition('name="text"'), 'id\na')),
  'no last boundary': typed('multipart/form-data; boundary=x', part(disposition('name="text"'), 'id\na')),
  'boundaries alone': typed('multipart/form-data; boundary=x', '--x\r\n'.repeat(50_000)),
  'a part without a head': typed('multipart/form-data; boundary=x', '--x\r\n\r\nid\r\n--x--\r\n'),
  'a part without a name': typed('multipart/form-data; boundary=x', `${part(disposition('x="y"'), 'id')}--x--\r\n`),
  'a part of __proto__': typed('multipart/form-data; boundary=x', `${part(disposition('name="__proto__"'), 'a')}--x--`),
  'a file that goes up': typed(
    'multipart/form-data; boundary=x',
    `${part(disposition('name="file"; filename="../../etc/passwd"'), '@@')}--x--\r\n`,
  ),
  'very many parts': typed(
    'multipart/form-data; boundary=x',
    `${part(disposition('name="text"'), 'a').repeat(5_000)}--x--\r\n`,
  ),
  'a part with a long head': typed(
    'multipart/form-data; boundary=x',
    `${part(`${disposition('name="text"')}\r\nx: ${'y'.repeat(100_000)}`, 'a')}--x--\r\n`,
  ),
  'a form that breaks': typed(FORM, 'text=%&%zz=%ff&=&&;'),
  'a form of __proto__': typed(FORM, '__proto__[a]=1&__proto__=2&constructor=3'),
  'a form with a NUL': typed(FORM, 'text=%00&%00=1'),
  'a form of half a letter': typed(FORM, 'text=%ed%a0%80'),
  'a form of the same over and over': typed(FORM, 'text=a&'.repeat(5_000)),
  'a form in gzip': of(gzipSync('text=a'), { 'content-type': FORM, 'content-encoding': 'gzip' }),
  JSON: typed('application/json'),
}

let api: TestApi
let ann: Visitor
let other: string

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard(), publicUrl: undefined })
  await api.addRoster()
  await api.addRoster({ id: 'other', teamKey: 'other', group: { id: 'group-other', name: 'other' } })
  ann = await visit(api.app, 'ann')
  const made = await api.call('POST', '/v1/tokens', { name: 'other', scopes: ['events:write'], rosters: ['other'] })
  other = `Bearer ${made.json().token}`
})
afterAll(() => api.close())

async function eventOfOther(id: string): Promise<number> {
  const event = { type: 'member.joined', data: { roster: 'other', member: { id } } }
  return (await api.call('POST', '/v1/events', event, { authorization: other })).statusCode
}

/** Of every route that reads JSON in a way of its own. */
const ROUTES = [
  ['PUT', '/v1/rosters/gold/members/u-1'],
  ['POST', '/v1/events'],
  ['PUT', '/v1/rosters/gold/members?dryRun=true'],
  ['POST', '/v1/sources/none/receive'],
  ['POST', '/v1/apple-webhooks/none'],
  ['POST', '/scim/v2/Users'],
] as const

const send = ({ payload, headers }: Body, method: (typeof ROUTES)[number][0], url: string) =>
  api.app.inject({
    method,
    url,
    payload,
    headers: { authorization: `Bearer ${api.deps.adminToken}`, 'content-type': 'application/json', ...headers },
  })

function assertSound({ statusCode, rawPayload, body }: LightMyRequestResponse): void {
  // No place in our own code is told.
  expect([statusCode, statusCode < 500, /\n\s+at |\.[jt]s:\d/.test(body)]).toEqual([statusCode, true, false])
  expect(rawPayload.length).toBeLessThan(100_000)
}

describe('an odd body', () => {
  it.each(Object.entries(BODIES))('is taken or refused for what it is, at every route: %s', async (name, body) => {
    const [answers, event] = await Promise.all([
      Promise.all(ROUTES.map(([method, url]) => send(body, method, url))),
      eventOfOther(`beside ${name}`),
    ])
    expect(event).toBe(202)
    answers.forEach(assertSound)
    expect(answers[0]?.statusCode).toBeOneOf(body.isTaken ? [200, 202] : [400, 413, 415])
  })

  it('leaves nothing of it with any object', () => {
    expect([Object.keys(Object.prototype), ({} as { isAdmin?: true }).isAdmin]).toEqual([[], undefined])
  })
})

describe('an odd form', () => {
  it.each(Object.entries({ ...MULTIPART, ...BODIES }))(
    'is refused or shown again by a page: %s',
    async (name, body) => {
      const { payload, headers } = body
      const form = { method: 'POST', payload, headers: { 'content-type': FORM, ...headers } } as const
      const [answers, event] = await Promise.all([
        Promise.all([
          ann.send({ ...form, url: '/console/rosters/gold/upload' }),
          ann.send({ ...form, url: '/console/connect' }),
          ann.send({ ...form, url: '/m/none/address' }),
        ]),
        eventOfOther(`form ${name}`),
      ])
      expect(event).toBe(202)
      answers.forEach(assertSound)
    },
  )
})
