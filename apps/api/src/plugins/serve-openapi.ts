import { readFile } from 'node:fs/promises'
import type { ApiServer } from '../server.ts'

/** Written by write-openapi.ts from the schemas of all routes; a test fails when it is not what they say. */
const FILE = new URL('../../openapi.json', import.meta.url)

/**
 * The document at /openapi.json. It is read from the file, since making it anew would cost each start what it takes to describe
 * every route, and a process of a fleet is asked for it once in its life, if ever.
 */
export function serveOpenApi(app: ApiServer, deps: { publicUrl: string | undefined }): void {
  let text: Promise<string> | undefined
  app.get('/openapi.json', { schema: { hide: true }, config: { scope: 'public' } }, async (_request, reply) => {
    text ??= readDocument(deps.publicUrl)
    return reply.type('application/json; charset=utf-8').send(await text)
  })
}

async function readDocument(publicUrl: string | undefined): Promise<string> {
  const document = JSON.parse(await readFile(FILE, 'utf8')) as { servers: { url: string }[] }
  if (publicUrl !== undefined) document.servers = [{ url: publicUrl }]
  return JSON.stringify(document)
}
