import { createHash } from 'node:crypto'
import { SignJWT, type CryptoKey } from 'jose'
import { importSigningKey } from './signing-key.ts'
import type { Credentials } from './types.ts'

// Apple refuses a lifetime over 20 minutes, and an `iat` ahead of its own clock by little more than nothing.
const BACKDATED_S = 60
const LIFETIME_S = 15 * 60
const MAX_KEYS = 5_000

export interface TokenSigner {
  /** A fresh token. `now`: Apple's time in ms. Throws AppleError private_key_invalid. */
  sign(credentials: Credentials, now: number): Promise<string>
}

/** Signs App Store Connect tokens (ES256; Apple, "Generating Tokens for API Requests"); imported keys are kept. */
export function createTokenSigner(): TokenSigner {
  const keys = new Map<string, Promise<CryptoKey>>()

  function signingKey({ keyId, privateKey }: Credentials): Promise<CryptoKey> {
    // By digest, so that the text of the key is not held here for the life of the process.
    const name = `${keyId} ${createHash('sha256').update(privateKey).digest('hex')}`
    const known = keys.get(name)
    if (known) return known
    const imported = importSigningKey(privateKey)
    imported.catch(() => keys.delete(name))
    keys.set(name, imported)
    const oldest = keys.keys().next()
    if (keys.size > MAX_KEYS && !oldest.done) keys.delete(oldest.value)
    return imported
  }

  return {
    async sign(credentials, now) {
      const key = await signingKey(credentials)
      const issuedAt = Math.floor(now / 1000) - BACKDATED_S
      return new SignJWT()
        .setProtectedHeader({ alg: 'ES256', kid: credentials.keyId, typ: 'JWT' })
        .setIssuer(credentials.issuerId)
        .setAudience('appstoreconnect-v1')
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + LIFETIME_S)
        .sign(key)
    },
  }
}
