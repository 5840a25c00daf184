import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface LoadTarget {
  url: string
  /** Sent with every request, beside what HTTP needs. */
  headers?: Record<string, string>
}

export interface Load extends LoadTarget {
  connections: number
  /** Bodies in the order in which they go out, over whichever connection is free. */
  bodies: readonly string[]
}

/** Sends every body by POST and returns the seconds it took. Throws when an answer is no 202. Costs little beside a server. */
export async function postAll({ url, headers = {}, connections, bodies }: Load): Promise<number> {
  const requests = bodies.map((body) => toRequest(new URL(url), headers, body))
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(new URL(url))))
  const start = performance.now()
  let next = 0
  await Promise.all(
    sockets.map(async (socket) => {
      while (next < requests.length) await exchange(socket, requests[next++] ?? Buffer.alloc(0))
    }),
  )
  const seconds = (performance.now() - start) / 1_000
  for (const socket of sockets) socket.destroy()
  return seconds
}

async function open(url: URL): Promise<Socket> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
  await once(socket, 'connect')
  return socket
}

function toRequest(url: URL, headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries({
    host: url.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

/** One request, one answer; every server here gives a content-length. */
function exchange(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let received = 0
    let expected: number | undefined
    const end = (error?: Error) => {
      socket.removeAllListeners()
      if (error) reject(error)
      else resolve()
    }
    socket.on('error', end)
    socket.on('close', () => end(new Error('The server closed the connection.')))
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      received += chunk.length
      expected ??= lengthOf(chunks)
      if (expected === undefined || received < expected) return
      const answer = Buffer.concat(chunks).toString()
      end(answer.startsWith('HTTP/1.1 202') ? undefined : new Error(`No 202: ${answer.slice(0, 600)}`))
    })
    socket.write(request)
  })
}

function lengthOf(chunks: readonly Buffer[]): number | undefined {
  const text = Buffer.concat(chunks).toString('latin1')
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  return head + 4 + Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
}
