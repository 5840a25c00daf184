import { createHash } from 'node:crypto'
import { SignJWT, type CryptoKey } from 'jose'
import { importSigningKey } from './signing-key.ts'
import type { Credentials } from './types.ts'

// Apple refuses a lifetime over 20 minutes, and an `iat` ahead of its own clock by little more than nothing.
const BACKDATED_S = 60
const LIFETIME_S = 15 * 60
/** Apple asks that a token be used again; one of a minute ago is as good as new to whatever it is checked for. */
const USED_FOR_MS = 60_000
const MAX_KEYS = 5_000

export interface TokenSigner {
  /** A token that is a minute old at most. `now`: Apple's time in ms. Throws AppleError private_key_invalid. */
  sign(credentials: Credentials, now: number): Promise<string>
  /** Apple refused the token: the next call goes out with another one. */
  forget(credentials: Credentials): void
}

interface SigningKey {
  key: Promise<CryptoKey>
  token: { text: Promise<string>; madeAt: number } | null
}

/** Signs App Store Connect tokens (ES256; Apple, "Generating Tokens for API Requests"); imported keys and their tokens are kept. */
export function createTokenSigner(): TokenSigner {
  const keys = new Map<string, SigningKey>()
  /** Of credentials as they are handed in: the same ones come with each call of a session. */
  const names = new WeakMap<Credentials, string>()

  function nameOf(credentials: Credentials): string {
    const known = names.get(credentials)
    if (known !== undefined) return known
    const name = digestOf(credentials)
    names.set(credentials, name)
    return name
  }

  function signingKey(credentials: Credentials): SigningKey {
    const name = nameOf(credentials)
    const known = keys.get(name)
    if (known) return known
    const imported = { key: importSigningKey(credentials.privateKey), token: null }
    imported.key.catch(() => keys.delete(name))
    keys.set(name, imported)
    const oldest = keys.keys().next()
    if (keys.size > MAX_KEYS && !oldest.done) keys.delete(oldest.value)
    return imported
  }

  return {
    async sign(credentials, now) {
      const known = signingKey(credentials)
      const age = known.token === null ? Infinity : now - known.token.madeAt
      // Apple's clock turned out to be behind what we took it for: a token of what was its future then is none.
      if (!known.token || age < 0 || age >= USED_FOR_MS) {
        const made = { text: makeToken(credentials, known.key, now), madeAt: now }
        known.token = made
        made.text.catch(() => {
          if (known.token === made) known.token = null
        })
      }
      return known.token.text
    },
    forget(credentials) {
      const known = keys.get(nameOf(credentials))
      if (known) known.token = null
    },
  }
}

/** By digest, so that the text of the key is not held here for the life of the process. */
function digestOf({ issuerId, keyId, privateKey }: Credentials): string {
  return `${issuerId} ${keyId} ${createHash('sha256').update(privateKey).digest('hex')}`
}

async function makeToken({ issuerId, keyId }: Credentials, key: Promise<CryptoKey>, now: number): Promise<string> {
  const issuedAt = Math.floor(now / 1000) - BACKDATED_S
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId, typ: 'JWT' })
    .setIssuer(issuerId)
    .setAudience('appstoreconnect-v1')
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_S)
    .sign(await key)
}
