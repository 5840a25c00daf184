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

export interface UploadedFile {
  name: string
  content: Buffer
}

const FORM_LIMIT = 128 * 1024
export const UPLOAD_LIMIT = 12 * 1024 * 1024

/** Reads forms as browsers send them. A field that stands twice counts as it stood last. */
export function useFormParsers(app: ApiServer): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_LIMIT },
    async (_request: FastifyRequest, body: string) => new Form(new Map(new URLSearchParams(body))),
  )
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: UPLOAD_LIMIT },
    async (request: FastifyRequest, body: Buffer) => parseMultipart(request.headers['content-type'] ?? '', body),
  )
}

async function parseMultipart(type: string, body: Buffer): Promise<Form> {
  const fields = new Map<string, string>()
  const files = new Map<string, UploadedFile>()
  const data = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => {
    throw requestInvalid([], 'The form could not be read; send it again.')
  })
  for (const [name, value] of data) {
    if (typeof value === 'string') fields.set(name, value)
    else if (value.size > 0) files.set(name, { name: value.name, content: Buffer.from(await value.arrayBuffer()) })
  }
  return new Form(fields, files)
}

/** Throws media_type_unsupported where the request was no form. */
export function readForm(request: FastifyRequest): Form {
  if (request.body instanceof Form) return request.body
  if (request.body === undefined || request.body === null) return new Form(new Map())
  throw new AppError('media_type_unsupported', { message: 'This page takes forms, not JSON.' })
}
