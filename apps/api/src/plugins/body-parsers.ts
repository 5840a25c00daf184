import { AppError } from '@flightroster/core/errors'
import { isUtf8 } from 'node:buffer'
import type { FastifyRequest } from 'fastify'
import type { ApiServer } from '../server.ts'
import { findDuplicateKeys, holdsDuplicateKeys } from './duplicate-keys.ts'
import { createShapeCheck, type JsonBounds } from './json-shape.ts'
import { boundsOf, type Step } from './large-bodies.ts'
import { requestInvalid } from './to-problem.ts'

/** JSON in UTF-8 and nothing else. Routes that take other media types add their own parsers. */
export function useBodyParsers(app: ApiServer): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer) =>
    app.bodyTurns.take(request, body.length, async (step) => {
      const { text, members, value } = await readJson(request, body, step)
      await step(() => refuseDuplicateKeys(text, members, value))
      return value
    }),
  )
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.schema?.body !== undefined || request.routeOptions.config.takesBody) return done()
    const body = request.body
    const isEmpty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0)
    if (!isEmpty) throw requestInvalid([{ pointer: '', code: 'unknown_field', detail: 'This route takes no body.' }])
    done()
  })
}

/** A JSON body as it came, not parsed yet. */
export interface SentJson {
  text: string
  /** How many members its objects have, as they are written. */
  members: number
  /** undefined: the body is empty. */
  value: unknown
}

/** Bytes looked through in one step. */
const PIECE = 128 * 1024

/** Throws media_type_unsupported, request_invalid. */
export async function readJson(request: FastifyRequest, body: Buffer, step: Step): Promise<SentJson> {
  checkCharset(request)
  refuseCompressed(request)
  const members = await measureJson(body, boundsOf(request), step)
  const text = await step(() => decodeBody(body))
  return { text, members, value: await step(() => parseJson(text)) }
}

/** How many members its objects have. Throws request_invalid where it is over a bound. */
export async function measureJson(body: Buffer, bounds: JsonBounds, step: Step): Promise<number> {
  const shape = createShapeCheck(bounds)
  for (let from = 0; from < body.length; from += PIECE) {
    await step(() => shape.look(body.subarray(from, from + PIECE)))
  }
  return shape.members()
}

/** `written`: as createShapeCheck counted; `place`: where the text stands in the body. Throws request_invalid. */
export function refuseDuplicateKeys(text: string, written: number, value: unknown, place = ''): void {
  const duplicates = holdsDuplicateKeys(written, value) ? findDuplicateKeys(text) : []
  if (duplicates.length === 0) return
  throw requestInvalid(
    duplicates.map((pointer) => ({
      pointer: place + pointer,
      code: 'duplicate_field',
      detail: 'Duplicate field.',
    })),
  )
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body by itself, without a schema. */
    takesBody?: boolean
  }
}

/** Throws request_invalid for broken UTF-8. */
function decodeBody(body: Buffer): string {
  if (!isUtf8(body)) throw requestInvalid([], 'The body is not UTF-8.')
  const text = body.toString('utf8')
  return text.codePointAt(0) === 0xfeff ? text.slice(1) : text
}

/** JSON is UTF-8. Throws media_type_unsupported. */
export function checkCharset({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase()
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return
  throw new AppError('media_type_unsupported', {
    message: `The charset ${charset.slice(0, 20)} is not supported; send UTF-8.`,
  })
}

/** Throws media_type_unsupported. */
export function refuseCompressed({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']?.toLowerCase()
  if (encoding === undefined || encoding === 'identity') return
  throw new AppError('media_type_unsupported', { message: 'Compressed bodies are not supported.' })
}

/** Own `__proto__` members stay members: what reads the value names them as unknown. */
export function parseJson(text: string): unknown {
  if (!/\S/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw requestInvalid([], `The body is not JSON: ${whereJsonBreaks(error, text)}.`)
  }
}

const JSON_TOKEN =
  // oxlint-disable-next-line no-control-regex -- JSON strings hold no control characters.
  /[ \t\n\r]*(?:[{}[\],:]|"(?:[^"\\\x00-\x1f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|$)/y

/** Characters that are looked through for the place of a fault: nobody waits for a hint of what is wrong with megabytes. */
const EXPLAINED = 64 * 1024
const LONGEST_WORD = 100

/** V8's message quotes the body, which may hold an address; only the place is told. */
function whereJsonBreaks(error: unknown, text: string): string {
  const said = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined
  if (text.length > EXPLAINED) return whereLongBreaks(text, said === undefined ? undefined : Number(said))
  const position = said === undefined ? firstNoToken(text) : Number(said)
  if (position === undefined || position >= endOfJson(text)) return 'it ends too early'
  return placeOf(text, position)
}

/** JSON knows four blanks; `trimEnd` takes others away too, which are what breaks it. */
function endOfJson(text: string): number {
  let end = text.length
  while (end > 0 && ' \t\n\r'.includes(text[end - 1] ?? '')) end--
  return end
}

function whereLongBreaks(text: string, said: number | undefined): string {
  const head = text.slice(0, EXPLAINED)
  const found = said ?? firstNoToken(head)
  // A text that opens in what was looked through may well close behind it.
  const isCut = found === undefined || (said === undefined && (head[found] === '"' || found > EXPLAINED - LONGEST_WORD))
  if (isCut) return `somewhere behind its first ${EXPLAINED - LONGEST_WORD} characters, or it ends too early`
  return found < EXPLAINED ? placeOf(head, found) : `unexpected character at character ${found + 1}`
}

function placeOf(text: string, position: number): string {
  let line = 1
  let begin = 0
  for (let end = text.indexOf('\n'); end >= 0 && end < position; end = text.indexOf('\n', begin)) {
    line++
    begin = end + 1
  }
  return `unexpected character at line ${line}, column ${position - begin + 1}`
}

function firstNoToken(text: string): number | undefined {
  let at = 0
  while (at < text.length) {
    JSON_TOKEN.lastIndex = at
    if (!JSON_TOKEN.test(text)) return at + (/^[ \t\n\r]*/.exec(text.slice(at))?.[0].length ?? 0)
    at = JSON_TOKEN.lastIndex
  }
  return undefined
}
