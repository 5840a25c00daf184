import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { errorBody, notAuthorized, rateLimited, roleForbidden, unexpected } from './errors.ts'
import type { FaultRule } from './faults.ts'

/** An answer ready to go: headers in lower case, the body as text. */
export interface Outgoing {
  status: number
  headers: Record<string, string | string[]>
  text: string
}

const hugeBytes = 50 * 1024 * 1024

/**
 * What a rule makes of the answer before it goes out. `real` is null for a call that was not carried out; `plain` are
 * the headers that every answer has.
 */
export function spoil(rule: FaultRule, real: Outgoing | null, plain: Outgoing['headers']): Outgoing {
  const headers: Outgoing['headers'] = { ...plain, 'content-type': 'application/json' }
  const out = ((): Outgoing => {
    switch (rule.kind) {
      case 'status': {
        const status = rule.status ?? 500
        return { status, headers, text: asText(rule.body ?? usualBody(status, rule.code)) }
      }
      case 'html':
        return {
          status: rule.status ?? 502,
          headers: { ...headers, 'content-type': 'text/html' },
          text: asText(rule.body ?? '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>'),
        }
      case 'garbage':
        return { status: rule.status ?? 200, headers, text: asText(rule.body ?? '\u0000\u0001{]%%% not json \uFFFD') }
      case 'wrong-shape':
        return { status: rule.status ?? real?.status ?? 200, headers, text: asText(rule.body ?? { result: ['ok'] }) }
      case 'huge':
        return { status: rule.status ?? 200, headers, text: '' }
      case 'truncated':
      case 'reset-mid': {
        const whole = real?.text || '{"data":{"type":"betaTesters","id":"0c5d1e0a","attributes":{"email":"someone"}}}'
        return { status: real?.status === 204 ? 200 : (real?.status ?? 200), headers, text: whole }
      }
      case 'no-rate-header': {
        const kept = { ...(real?.headers ?? plain) }
        delete kept['x-rate-limit']
        return { status: 200, text: '', ...real, headers: kept }
      }
      case 'empty-list':
      case 'short-list':
      case 'repeat-rows':
        return { status: 200, headers, ...real, text: spoilList(rule.kind, real?.text ?? '') }
      case 'drop':
      case 'delay':
      case 'drip':
        return real ?? { status: 200, headers, text: '{}' }
    }
  })()
  return { ...out, headers: { ...out.headers, ...rule.headers } }
}

const asText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))

function usualBody(status: number, code: string | undefined): object {
  const usual = [notAuthorized, roleForbidden, rateLimited, unexpected].find((parts) => parts.status === status)
  const parts = usual ?? { ...unexpected, code: `ERROR_${status}`, title: `An error with status ${status}` }
  return errorBody({ ...parts, status, code: code ?? parts.code })
}

/** The total goes on saying the truth: that is how a client can tell. */
function spoilList(kind: 'empty-list' | 'short-list' | 'repeat-rows', text: string): string {
  let document: { data?: unknown[]; links?: { next?: string }; meta?: { paging?: { nextCursor?: string } } }
  try {
    document = JSON.parse(text) as typeof document
  } catch {
    return text
  }
  if (!Array.isArray(document.data)) return text
  const { data } = document
  if (kind === 'repeat-rows') {
    if (data.length > 1) data[data.length - 1] = data[0]
  } else {
    document.data = kind === 'empty-list' ? [] : data.slice(0, Math.floor(data.length / 2))
    delete document.links?.next
    delete document.meta?.paging?.nextCursor
  }
  return JSON.stringify(document)
}

/** Sends an answer; a rule may break the connection or the pace of it. */
export async function deliver(reply: FastifyReply, out: Outgoing, rule: FaultRule | undefined): Promise<void> {
  switch (rule?.kind) {
    case 'drop':
      reply.hijack()
      reply.raw.destroy()
      return
    case 'reset-mid':
      resetInTheMiddle(reply, out)
      return
    case 'truncated':
      await plain(reply, { ...out, text: out.text.slice(0, Math.max(1, Math.floor(out.text.length / 2))) })
      return
    case 'drip':
      await drip(reply, out, rule.delayMs ?? 1000)
      return
    case 'huge':
      await huge(reply, out)
      return
    case 'delay':
      // Unreferenced: a minute's delay must not keep a closed emulator's process alive.
      await sleep(rule.delayMs ?? 1000, undefined, { ref: false })
      if (isGone(reply.raw)) {
        reply.hijack()
        return
      }
      await plain(reply, out)
      return
    // The rest is in the answer itself.
    case undefined:
    case 'status':
    case 'garbage':
    case 'html':
    case 'wrong-shape':
    case 'no-rate-header':
    case 'empty-list':
    case 'short-list':
    case 'repeat-rows':
      await plain(reply, out)
  }
}

async function plain(reply: FastifyReply, out: Outgoing): Promise<void> {
  void reply.code(out.status).headers(out.headers)
  await reply.send(out.text === '' ? undefined : out.text)
}

function resetInTheMiddle(reply: FastifyReply, out: Outgoing): void {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(out.status, { ...out.headers, 'content-length': Buffer.byteLength(out.text) })
  raw.write(out.text.slice(0, Math.max(1, Math.floor(out.text.length / 2))), () => raw.socket?.resetAndDestroy())
}

async function drip(reply: FastifyReply, out: Outgoing, everyMs: number): Promise<void> {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(out.status, { ...out.headers, 'content-length': Buffer.byteLength(out.text) })
  raw.flushHeaders()
  for (const byte of Buffer.from(out.text)) {
    if (isGone(raw)) return
    raw.write(Buffer.of(byte))
    await sleep(everyMs, undefined, { ref: false })
  }
  raw.end()
}

/** Streamed at the reader's pace, so that it costs the emulator nothing to send 50 MB. */
async function huge(reply: FastifyReply, out: Outgoing): Promise<void> {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(out.status, out.headers)
  // A reader that goes away in between is what this is for.
  await pipeline(Readable.from(hugePieces()), raw).catch(() => {})
}

function* hugePieces(): Generator<string | Buffer> {
  const chunk = Buffer.alloc(64 * 1024, 'a')
  yield '{"data":"'
  for (let sent = 0; sent < hugeBytes; sent += chunk.length) yield chunk
  yield '"}'
}

const isGone = (raw: ServerResponse): boolean => raw.destroyed || raw.socket?.destroyed === true
