import { createHmac, timingSafeEqual } from 'node:crypto'

const SIGNATURE = /^(?:hmacsha256=)?([0-9a-f]{64})$/i

/** `x-apple-signature`: `hmacsha256=<64 hex>`, or the hex alone, over the body as it came. Compared in constant time. */
export function isSignedBy(secret: string, body: Buffer, signature: string | undefined): boolean {
  const hex = SIGNATURE.exec(signature?.trim() ?? '')?.[1]
  if (hex === undefined) return false
  return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), Buffer.from(hex, 'hex'))
}
