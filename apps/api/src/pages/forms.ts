import { isObject } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import type { FastifyRequest } from 'fastify'
import { requestInvalid } from '../plugins/to-problem.ts'
import type { ApiServer } from '../server.ts'

/** What a form sent: its fields, and files where it has some. */
export class Form {
  readonly #fields: ReadonlyMap<string, string>
  readonly #files: ReadonlyMap<string, UploadedFile>

  constructor(fields: ReadonlyMap<string, string>, files: ReadonlyMap<string, UploadedFile> = new Map()) {
    this.#fields = fields
    this.#files = files
  }

  /** Trimmed; empty where it was not sent. */
  text(name: string): string {
    return (this.#fields.get(name) ?? '').trim()
  }

  /** As sent: a password may begin with a space. */
  raw(name: string): string {
    return this.#fields.get(name) ?? ''
  }

  has(name: string): boolean {
    return this.#fields.has(name)
  }

  /** Undefined where no file was chosen. */
  file(name: string): UploadedFile | undefined {
    return this.#files.get(name)
  }
}

/** A file that came with a form. */
export interface UploadedFile {
  name: string
  content: Buffer
}

/** Bytes of all fields of a form: a page that sends them back is below a megabyte, though each is written with six characters. */
const FORM_LIMIT = 128 * 1024
/** Fields of a form of ours: the largest has some twenty. */
const MOST_FIELDS = 1_000
/** Bytes of what says the name of one part. */
const LONGEST_HEAD = 8 * 1024
/** The largest form with a file in it, in bytes. */
export const UPLOAD_LIMIT = 12 * 1024 * 1024

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The page's form has a file in it. */
    takesFiles?: boolean
  }
}

/** Forms as browsers send them, and nothing else. Of a field that occurs twice the last one counts, in an address as well. */
export function useFormParsers(app: ApiServer): void {
  app.addHook('onRequest', async ({ query }) => {
    if (!isObject(query)) return
    for (const [name, value] of Object.entries(query)) if (Array.isArray(value)) query[name] = value.at(-1)
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_LIMIT },
    async (_request: FastifyRequest, body: string) => {
      if (body.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) throw unreadable()
      return new Form(new Map(new URLSearchParams(body)))
    },
  )
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: UPLOAD_LIMIT },
    async (request: FastifyRequest, body: Buffer) => parseMultipart(request.headers['content-type'] ?? '', body),
  )
  app.addHook('preParsing', async (request) => {
    // Before it is read: a page that anybody may open would take megabytes in.
    const isMultipart = /^\s*multipart\//i.test(request.headers['content-type'] ?? '')
    if (isMultipart && !request.routeOptions.config.takesFiles) throw new AppError('media_type_unsupported')
  })
}

/** The parts of a form with files (RFC 7578), found by their boundary: what lies between is not looked at. */
function parseMultipart(type: string, body: Buffer): Form {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type)
  const mark = Buffer.from(`--${boundary?.[1] ?? boundary?.[2] ?? ''}`)
  const fields = new Map<string, string>()
  const files = new Map<string, UploadedFile>()
  let fieldBytes = 0
  let start = body.indexOf(mark)
  for (let count = 0; start >= 0 && count < MOST_FIELDS; count++) {
    start += mark.length
    if (body.toString('latin1', start, start + 2) === '--') return new Form(fields, files)
    const head = body.indexOf('\r\n\r\n', start)
    const end = body.indexOf(Buffer.concat([CRLF, mark]), start)
    if (boundary === null || head < 0 || end < head || head - start > LONGEST_HEAD) break
    const { name, fileName } = readDisposition(body.toString('utf8', start, head))
    const content = body.subarray(head + 4, Math.max(head + 4, end))
    if (fileName === undefined) {
      fieldBytes += content.length
      if (fieldBytes > FORM_LIMIT) throw tooLong()
      fields.set(name, content.toString('utf8'))
    } else if (content.length > 0) files.set(name, { name: fileName, content })
    start = end + CRLF.length
  }
  throw unreadable()
}

const CRLF = Buffer.from('\r\n')

/** Browsers write quotes and line ends within a name percent-encoded. */
function readDisposition(head: string): { name: string; fileName: string | undefined } {
  const line = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(head)?.[1]
  const valueOf = (name: string) =>
    new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(line ?? '')?.[1]?.replaceAll('%22', '"')
  const name = valueOf('name')
  if (name === undefined) throw unreadable()
  return { name, fileName: valueOf('filename') }
}

const unreadable = () => requestInvalid([], 'The form could not be read; send it again.')

const tooLong = () =>
  new AppError('body_too_large', {
    message: 'What is typed or pasted may be 128 KB long; send a longer list as a file.',
  })

/** Empty where nothing was sent. */
export function readForm(request: FastifyRequest): Form {
  return request.body instanceof Form ? request.body : new Form(new Map())
}
