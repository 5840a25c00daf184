/** For the tests of this package: a real HTTP server that plays Apple's part, one scripted answer after the other. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock, Log } from '../src/surroundings.ts'
import type { CallRecord, Credentials, Gate } from '../src/types.ts'

export interface Seen {
  method: string
  url: URL
  /** Path and query as they came. */
  target: string
  authorization: string
  body: unknown
}

export type Reply = (response: ServerResponse, request: IncomingMessage) => void

export interface ScriptedServer {
  url: string
  seen: Seen[]
  /** Replies in order; the last one stays. */
  script(...replies: Reply[]): void
  close(): Promise<void>
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  let replies: Reply[] = []
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request)
    const target = request.url ?? ''
    seen.push({
      method: request.method ?? '',
      url: new URL(target, 'http://apple'),
      target,
      authorization: request.headers.authorization ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    })
    const reply = replies.length > 1 ? replies.shift() : replies[0]
    reply?.(response, request)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    script: (...next) => {
      replies = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

export function reply(status: number, body?: unknown, headers: Record<string, string | string[]> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  }
}

export function refuse(status: number, code: string, more: Record<string, unknown> = {}): Reply {
  return reply(status, { errors: [{ id: '1', status: String(status), code, title: 'No', detail: 'No.', ...more }] })
}

export function page(
  data: unknown[],
  { next, total }: { next?: string; total?: number } = {},
): { data: unknown[]; links: { self: string; next?: string }; meta?: unknown } {
  return {
    data,
    links: { self: '/', ...(next === undefined ? {} : { next }) },
    ...(total === undefined ? {} : { meta: { paging: { total, limit: 200 } } }),
  }
}

export function tester(id: string, email: string | null = `${id}@example.com`, state: string | null = 'INVITED') {
  return { type: 'betaTesters', id, attributes: { email, firstName: 'Ann', lastName: null, state } }
}

export interface OpenGate extends Gate {
  admitted: { method: string; path: string; write: boolean }[]
  records: CallRecord[]
}

/** Lets everything pass and remembers it. */
export function openGate(): OpenGate {
  const gate: OpenGate = {
    admitted: [],
    records: [],
    admit: async (call) => void gate.admitted.push(call),
    note: (record) => void gate.records.push(record),
  }
  return gate
}

export function newCredentials(): Credentials {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { issuerId: '57246542-96fe-1a63-e053-0824d011072a', keyId: '2X9R4HXF34', privateKey: pem }
}

/** A clock that is off by `offsetMs` and otherwise real. */
export function shiftedClock(offsetMs: number): Clock {
  return { now: () => Date.now() + offsetMs, monotonic: () => performance.now() }
}

export function memoryLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const keep = (level: keyof Log) => (fields: object, msg: string) => void lines.push({ level, msg, ...fields })
  return { log: { warn: keep('warn'), error: keep('error') }, lines }
}
