import { FlightrosterError } from './error.ts'
import type { Callback } from './types.ts'

const TOLERANCE_SECONDS = 5 * 60

type HeaderBag = Headers | Record<string, string | string[] | undefined>

/**
 * Checks that a callback is from Flightroster and fresh (Standard Webhooks), and returns it.
 *
 * @param secret `whsec_…`, or several while one is being rotated
 * @param headers of the request: `Headers`, or the object that Node gives
 * @param body the raw bytes or text, not what a framework parsed
 * @throws FlightrosterError with `signature_invalid`
 */
export async function verifyCallback(
  secret: string | readonly string[],
  headers: HeaderBag,
  body: string | Uint8Array,
): Promise<Callback> {
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature')
  if (!id || !timestamp || !signatures) throw refusal('A header of Standard Webhooks is missing')
  if (!isFresh(timestamp)) throw refusal('The time of signing is more than five minutes from now')
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), bytes)
  for (const one of typeof secret === 'string' ? [secret] : secret) {
    if (await isSigned(one, signatures, signed)) return JSON.parse(new TextDecoder().decode(bytes)) as Callback
  }
  throw refusal('No signature fits the secret and the body')
}

const refusal = (detail: string) => new FlightrosterError({ code: 'signature_invalid', detail })

function headerOf(headers: HeaderBag, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return Array.isArray(found) ? found[0] : found
}

const isFresh = (timestamp: string) =>
  /^\d+$/.test(timestamp) && Math.abs(Date.now() / 1_000 - Number(timestamp)) <= TOLERANCE_SECONDS

/** Compared by the platform's own verification, which takes the same time for every wrong signature. */
async function isSigned(secret: string, signatures: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', readSecret(secret), algorithm, false, ['verify'])
  for (const signature of signatures.split(' ')) {
    const [version, value] = signature.split(',')
    const given = version === 'v1' && value ? fromBase64(value) : undefined
    if (given && (await crypto.subtle.verify('HMAC', key, given, signed))) return true
  }
  return false
}

function readSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64(secret.trim().replace(/^whsec_/, ''))
  if (!bytes || bytes.length === 0) {
    throw new FlightrosterError({ code: 'argument_invalid', detail: 'The secret of a webhook is whsec_ and base64' })
  }
  return bytes
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    return undefined
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
