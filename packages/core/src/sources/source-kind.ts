import type { SourceStatement, SourceSignature } from '../domain/source.ts'

/** A payload as it came from outside. Header names are lower-cased. */
export interface ReceivedRequest {
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

/** What a payload says. */
export interface Reading {
  /** The sender's event id; undefined where it sends none. */
  id: string | undefined
  statements: SourceStatement[]
  /** Why something of it has no effect, in sentences. */
  ignored: string[]
}

export interface ReadContext {
  headers: ReceivedRequest['headers']
  /** The arrival, ms: orders what has no time of its own. */
  now: number
}

/** A membership system: how it signs and what its payloads mean. Adding one is adding a folder with one of these. */
export interface SourceKind {
  /** As people call it. */
  title: string
  isSigned(request: ReceivedRequest, options: SignatureOptions): boolean
  /** Throws PayloadError where the payload is none of this sender's. */
  read(payload: unknown, context: ReadContext): Reading
}

export interface SignatureOptions {
  secret: string
  now: number
  /** For senders whose scheme is configured. */
  signature: SourceSignature | null
}

/** The payload is none that this sender documents. The message says what is missing, and holds nothing of the payload. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'
}

/** A payload that this sender sends for something else than memberships. */
export function ignore(reason: string, id?: string): Reading {
  return { id, statements: [], ignored: [reason] }
}
