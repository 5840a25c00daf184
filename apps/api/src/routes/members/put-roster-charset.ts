import { setImmediate as breathe } from 'node:timers/promises'
import { TextDecoder } from 'node:util'
import { AppError } from '@flightroster/core/errors'
import { requestInvalid } from '../../plugins/to-problem.ts'

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

const ENCODINGS: Readonly<Record<string, Encoding | 'utf-16' | undefined>> = Object.assign(Object.create(null), {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
  'utf-16': 'utf-16',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
})

/** The charset that a content type names; UTF-8 without one. Throws media_type_unsupported. */
export function readCharset(contentType: string): Encoding | 'utf-16' {
  const parameter = /;\s*charset\s*(=?)\s*(.*)$/i.exec(contentType)
  if (!parameter) return 'utf-8'
  const value = /^(?:"([^"]*)"|([^\s;"]+))\s*(?:;|$)/.exec(parameter[2] ?? '')
  const charset = parameter[1] === '=' ? (value?.[1] ?? value?.[2])?.toLowerCase() : undefined
  const encoding = charset === undefined ? undefined : ENCODINGS[charset]
  if (encoding !== undefined) return encoding
  throw new AppError('media_type_unsupported', {
    message: 'The charset of this list is not read here; send UTF-8, or UTF-16 with a byte order mark.',
  })
}

/** Bytes decoded and parsed before others have their turn. */
const AT_ONCE = 64 * 1024

/** The same bytes in pieces, with a breath for the rest of the process before each. */
export async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += AT_ONCE) {
      await breathe()
      yield chunk.subarray(from, from + AT_ONCE)
    }
  }
}

/** Bytes to text, piece by piece. A byte order mark says more than the content type. Throws request_invalid. */
export async function* decodeText(
  chunks: AsyncIterable<Buffer>,
  charset: Encoding | 'utf-16',
): AsyncGenerator<string, void> {
  let decoder: TextDecoder | undefined
  let head: Buffer = Buffer.alloc(0)
  const decode = (bytes: Buffer, stream: boolean) => {
    decoder ??= new TextDecoder(encodingOf(head, charset), { fatal: true })
    try {
      return decoder.decode(bytes, { stream })
    } catch {
      throw requestInvalid([], `The list is not ${decoder.encoding.toUpperCase()}.`)
    }
  }
  for await (const chunk of chunks) {
    if (decoder) {
      yield decode(chunk, true)
      continue
    }
    head = Buffer.concat([head, chunk])
    // Three bytes tell every mark apart.
    if (head.length >= 3) yield decode(head, true)
  }
  yield decode(decoder ? Buffer.alloc(0) : head, false)
}

function encodingOf(head: Buffer, charset: Encoding | 'utf-16'): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8'
  // Without a mark, the standard says big-endian and everybody writes little-endian.
  return charset === 'utf-16' ? 'utf-16le' : charset
}
