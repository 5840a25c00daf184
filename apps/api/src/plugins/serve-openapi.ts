import { readFile } from 'node:fs/promises'
import { SAMPLE_BASE, type OpenApiDocument } from '../reference/finish-document.ts'
import type { ApiServer } from '../server.ts'

/** Written by write-openapi.ts from the schemas of all routes; a test fails when it is not what they say. */
const FILE = new URL('../../openapi.json', import.meta.url)

/**
 * The document at /openapi.json. It is read from the file, since making it anew would cost each start what it takes to describe
 * every route, and a process of a fleet is asked for it once in its life, if ever.
 */
export function serveOpenApi(app: ApiServer, deps: { publicUrl: string | undefined }): void {
  // As bytes: those who read it share them, however slowly each of them does.
  let document: Promise<Buffer> | undefined
  const open = { schema: { hide: true }, config: { scope: 'public', readsMuch: 'always' } } as const
  app.get('/openapi.json', open, async (_request, reply) => {
    document ??= readDocument(deps.publicUrl).then((text) => Buffer.from(text))
    // A megabyte, for which nobody needs a token: what others send goes first.
    await app.leisure.turn()
    return reply.type('application/json; charset=utf-8').send(await document)
  })
}

async function readDocument(publicUrl: string | undefined): Promise<string> {
  const text = await readFile(FILE, 'utf8')
  if (publicUrl === undefined) return text
  const document = JSON.parse(text) as OpenApiDocument
  document.servers = [{ url: publicUrl }]
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item)))
    for (const sample of operation['x-code-samples'] ?? [])
      sample.source = sample.source.replace(`'${SAMPLE_BASE}/`, () => `'${publicUrl}/`)
  return JSON.stringify(document)
}
