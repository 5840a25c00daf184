import { isSignedWith } from '../signature.ts'
import type { ReceivedRequest, SignatureOptions } from '../source-kind.ts'

/** Any sender that signs its raw body with an HMAC; its payloads are mapped by an expression (evaluate.ts). */
export function isGenericSigned({ headers, body }: ReceivedRequest, { secret, signature }: SignatureOptions): boolean {
  if (signature === null) return false
  const header = headers[signature.header.toLowerCase()]?.trim() ?? ''
  if (!header.startsWith(signature.prefix)) return false
  return isSignedWith({ secret, ...signature }, [body], header.slice(signature.prefix.length).trim())
}
