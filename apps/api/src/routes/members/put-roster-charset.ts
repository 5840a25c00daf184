import { TextDecoder } from 'node:util'
import { AppError } from '@flightroster/core/errors'
import { requestInvalid } from '../../plugins/to-problem.ts'

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

const ENCODINGS: Readonly<Record<string, Encoding | 'utf-16' | undefined>> = Object.assign(Object.create(null), {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
  'utf-16': 'utf-16',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
  'windows-1252': 'windows-1252',
  cp1252: 'windows-1252',
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
    message: 'The charset of this list is not supported; send UTF-8, or UTF-16 with a byte order mark.',
  })
}

/** Bytes that tell UTF-16 without a mark, and files that are not text. */
const HEAD_BYTES = 64

/**
 * Bytes to text, piece by piece. A byte order mark says more than the content type. What is said to be UTF-8 and is not may be
 * the Windows-1252 that Excel writes, where that is plain. Throws request_invalid.
 */
export async function* decodeText(
  chunks: AsyncIterable<Buffer>,
  charset: Encoding | 'utf-16',
): AsyncGenerator<string, void> {
  let decode: ((bytes: Buffer, isLast: boolean) => string) | undefined
  let head: Buffer = Buffer.alloc(0)
  const begin = () => {
    assertNoBinary(head)
    const encoding = encodingOf(head, charset)
    decode = encoding === 'utf-8' ? createUtf8Decoder() : createPlainDecoder(encoding)
    return decode
  }
  for await (const chunk of chunks) {
    if (decode) {
      yield decode(chunk, false)
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length >= HEAD_BYTES) yield begin()(head, false)
  }
  yield decode ? decode(Buffer.alloc(0), true) : begin()(head, true)
}

function createPlainDecoder(encoding: Encoding) {
  const decoder = new TextDecoder(encoding, { fatal: true })
  return (bytes: Buffer, isLast: boolean) => {
    try {
      return decoder.decode(bytes, { stream: !isLast })
    } catch {
      throw requestInvalid([], `The list is not ${encoding.toUpperCase()}.`)
    }
  }
}

/** UTF-8, or Windows-1252 from the first byte on that UTF-8 does not have, where nothing before was UTF-8 beyond ASCII. */
function createUtf8Decoder() {
  let tail: Buffer = Buffer.alloc(0)
  let isUtf8 = false
  let isWindows = false
  let before = ''
  let isFirst = true
  const asWindows = (bytes: Buffer, isLast: boolean) => {
    isWindows = true
    // Whether a letter stands in a word is told by its neighbours.
    const end = isLast ? bytes.length : Math.max(0, bytes.length - 1)
    const said = before + bytes.toString('latin1')
    if (!isPlainWindows(isLast ? said : said.slice(0, endOfAscii(said)))) {
      throw requestInvalid(
        [],
        'The list is not UTF-8, and it is not plain which other encoding it has. In Excel, save it as "CSV UTF-8".',
      )
    }
    tail = bytes.subarray(end)
    before = end > 0 ? bytes.subarray(end - 1, end).toString('latin1') : before
    return new TextDecoder('windows-1252').decode(bytes.subarray(0, end))
  }
  return (chunk: Buffer, isLast: boolean) => {
    const bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : chunk
    if (isWindows) return asWindows(bytes, isLast)
    const end = isLast ? bytes.length : endOfUtf8(bytes)
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: !isFirst }).decode(bytes.subarray(0, end))
      isFirst = false
      isUtf8 ||= text.length > 0 && /[^\p{ASCII}]/u.test(text)
      tail = bytes.subarray(end)
      return text
    } catch {
      if (isUtf8) throw requestInvalid([], 'The list is not UTF-8 throughout.')
      return asWindows(bytes, isLast)
    }
  }
}

/** Where the last character is that every encoding has; looked for from the end, since there may be a long row of others before it. */
function endOfAscii(text: string): number {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) >= 0x80) end--
  return end
}

/** Where the last whole character ends. */
function endOfUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return bytes.length
    if (byte < 0xc0) continue
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return back < needs ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/**
 * Western letters within words and common marks. Letters of other code pages stand in rows, those of Macs have codes that are
 * rare here, and UTF-8 shows as pairs.
 */
function isPlainWindows(text: string): boolean {
  return (
    !/[\u0081\u0083\u0086-\u0090\u0098\u009a-\u009f\u00a2-\u00a6\u00a8\u00ac\u00af\u00b1-\u00b3\u00b5\u00b6\u00b8\u00b9\u00bc-\u00be]/.test(
      text,
    ) &&
    !/[\u00c0-\u00ff]{3}|[\u00c2\u00c3][\u0080-\u00bf]/.test(text) &&
    !/(?<=[^A-Za-z\u00c0-\u00ff])[\u00c0-\u00ff](?![A-Za-z\u00c0-\u00ff])/.test(text)
  )
}

function encodingOf(head: Buffer, charset: Encoding | 'utf-16'): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8'
  const order = zeroBytes(head.subarray(0, HEAD_BYTES))
  // Without a mark, the standard says big-endian and everybody writes little-endian.
  if (charset === 'utf-16') return order ?? 'utf-16le'
  return charset === 'utf-8' && order !== undefined ? order : charset
}

/** ASCII in UTF-16 has a zero beside each letter; no other text has any. */
function zeroBytes(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  let [even, odd] = [0, 0]
  for (const [at, byte] of head.entries()) {
    if (byte !== 0) continue
    if (at % 2 === 0) even++
    else odd++
  }
  const many = head.length / 4
  if (odd > many && even === 0) return 'utf-16le'
  return even > many && odd === 0 ? 'utf-16be' : undefined
}

/* oxlint-disable no-control-regex -- they are what tells these files from text */
const BINARIES: [RegExp, string][] = [
  [/^PK\u0003\u0004/, 'This is a workbook (.xlsx, .ods or .numbers), or another archive'],
  [/^\u00d0\u00cf\u0011\u00e0/, 'This is an old workbook (.xls)'],
  [/^%PDF-/, 'This is a PDF'],
  [/^(?:\u0089PNG|\u00ff\u00d8\u00ff|GIF8|\u001f\u008b|BM)[^,;\t]*[\u0000-\u0008]/, 'This is a picture or an archive'],
]
const TEXTS: [RegExp, string][] = [
  [/^\{\\rtf/, 'This is a text document (.rtf)'],
  [/^\s*<(?:!doctype|!--|\?xml|html|head|body|table|svg)[\s>]/i, 'This is a web page or XML'],
  [/^\s*[{[]\s*["{[\]}]/, 'This is JSON (send it as application/json)'],
  [/[\u0000-\u0008\u000e-\u001a]/, 'This is not text'],
]

/* oxlint-enable no-control-regex */

function assertNoBinary(head: Buffer): void {
  refuse(BINARIES, head.subarray(0, HEAD_BYTES).toString('latin1'))
}

/** Throws request_invalid for what is plainly something else than a list. */
export function assertIsText(head: string): void {
  refuse(TEXTS, head)
}

function refuse(kinds: [RegExp, string][], head: string): void {
  const found = kinds.find(([form]) => form.test(head))
  if (found) throw requestInvalid([], `${found[1]}, not a list as CSV. ${HOW_TO_SAVE}`)
}

export const HOW_TO_SAVE =
  'Save it as CSV: in Excel, File → Save As → CSV UTF-8; in LibreOffice, File → Save As → Text CSV; in Numbers, File → Export To ' +
  '→ CSV; in Google Sheets, File → Download → Comma-separated values.'
