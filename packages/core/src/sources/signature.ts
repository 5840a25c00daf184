import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SourceSignature } from '../domain/source.ts'

/** Compares a signature in constant time. `signed`: the pieces of the message, in order. False for what is not of that encoding. */
export function isSignedWith(
  { secret, algorithm, encoding }: { secret: string } & Pick<SourceSignature, 'algorithm' | 'encoding'>,
  signed: (Buffer | string)[],
  given: string,
): boolean {
  const hmac = createHmac(algorithm, secret)
  for (const piece of signed) hmac.update(piece)
  const expected = hmac.digest()
  const bytes = encoding === 'hex' ? fromHex(given) : fromBase64(given)
  return bytes !== undefined && bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

function fromHex(text: string): Buffer | undefined {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined
}

function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

/** `t=1,v1=a,v1=b` → [['t', '1'], ['v1', 'a'], ['v1', 'b']]. */
export function parseSignatureHeader(header: string): [string, string][] {
  return header.split(',').flatMap((part) => {
    const at = part.indexOf('=')
    return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as [string, string]]
  })
}
