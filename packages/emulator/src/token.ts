import { verify } from 'node:crypto'
import type { ApiKey, Keys } from './keys.ts'

const maxLifetimeSeconds = 20 * 60
/** How far ahead of our clock a token may say it was issued. */
const maxAheadSeconds = 5

/**
 * The key a bearer token was signed with, if Apple would take it now. One answer for every cause of refusal, as at
 * Apple: an unknown or revoked key, another issuer, a wrong signature, audience or time.
 */
export function authenticate(authorization: string | undefined, keys: Keys, nowMs: number): ApiKey | undefined {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1]
  if (!token) return undefined
  const [head = '', body = '', signature = ''] = token.split('.')
  const header = decode(head)
  const claims = decode(body)
  if (!header || !claims || header.alg !== 'ES256' || typeof header.kid !== 'string') return undefined
  const key = keys.byId.get(header.kid)
  if (!key || key.revoked || claims.iss !== key.issuerId) return undefined
  if (!isTimely(claims, nowMs / 1000) || !isForApple(claims.aud)) return undefined
  const signed = Buffer.from(`${head}.${body}`)
  const proof = Buffer.from(signature, 'base64url')
  // JWS signatures are the two plain numbers, not DER.
  return verify('sha256', signed, { key: key.publicKey, dsaEncoding: 'ieee-p1363' }, proof) ? key : undefined
}

/** The key id a token names, whether or not the token is good: for the call ledger and for fault rules. */
export function claimedKeyId(authorization: string | undefined): string | null {
  const head = /^Bearer ([\w-]+)\./i.exec(authorization ?? '')?.[1]
  const kid = head ? decode(head)?.kid : undefined
  return typeof kid === 'string' ? kid : null
}

function isTimely(claims: Record<string, unknown>, now: number): boolean {
  const { exp } = claims
  // Many clients say nothing of when it was issued: then it lives from now on.
  const iat = claims.iat ?? now
  if (typeof iat !== 'number' || typeof exp !== 'number') return false
  return exp > now && exp - iat <= maxLifetimeSeconds && iat <= now + maxAheadSeconds
}

function isForApple(aud: unknown): boolean {
  return aud === 'appstoreconnect-v1' || (Array.isArray(aud) && aud.length === 1 && aud[0] === 'appstoreconnect-v1')
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
