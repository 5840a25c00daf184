import type { IncomingMessage } from 'node:http'
import type { ApiServer } from '../server.ts'
import { requestInvalid } from './to-problem.ts'

/** A proxy may go by the last of them where Node goes by the first: two readers would each see another request. */
const ONCE = ['authorization', 'content-encoding', 'content-type', 'host', 'idempotency-key', 'x-request-id']

/** A head that two readers may understand in two ways is refused, and the answer names the header. */
export function useSoundHeads(app: ApiServer): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const name = repeatedHeader(request.raw)
    if (name !== undefined) {
      throw requestInvalid([{ pointer: `/headers/${name}`, code: 'duplicate_field', detail: 'Send this header once.' }])
    }
    // Node would answer in its own words, without an id and a line in the log.
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw requestInvalid([{ pointer: '/headers/host', code: 'required', detail: 'HTTP/1.1 needs this header.' }])
    }
    done()
  })
}

function repeatedHeader({ rawHeaders, headers }: IncomingMessage): string | undefined {
  // By far the most requests repeat none.
  if (rawHeaders.length === 2 * Object.keys(headers).length) return undefined
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (seen.has(name) && ONCE.includes(name)) return name
    seen.add(name)
  }
  return undefined
}
