import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PathProxy {
  /** Where the world sees it, with the path. */
  url: string
  /** Requests outside the path: a link that lost it. */
  astray: string[]
  close(): Promise<void>
}

/** A reverse proxy that shows what runs at `target()` under a path, as nginx, Caddy and Traefik do. */
export async function startPathProxy(
  path: string,
  options: { strips: boolean; target: () => string },
): Promise<PathProxy> {
  const astray: string[] = []
  const server = createServer((incoming, answer) => {
    const asked = incoming.url ?? '/'
    if (asked !== path && !asked.startsWith(`${path}/`)) {
      astray.push(asked)
      answer.writeHead(404).end('Nothing of Flightroster is here.')
      return
    }
    const handed = options.strips ? asked.slice(path.length) || '/' : asked
    const headers = { ...incoming.headers, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' }
    const onwards = request(new URL(handed, options.target()), { method: incoming.method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(answer)
    })
    onwards.on('error', () => answer.writeHead(502).end())
    incoming.pipe(onwards)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    astray,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
