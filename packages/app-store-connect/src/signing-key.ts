import { importJWK, importPKCS8, type CryptoKey, type JWK } from 'jose'
import { AppleError } from './apple-error.ts'

/**
 * Opens a private key for ES256: the JWK that is kept (docs/decisions/first-visits.md), or the text of a .p8 file. Throws
 * private_key_invalid, without the cause: what a parser says about a key may quote it.
 */
export async function importSigningKey(text: string): Promise<CryptoKey> {
  const key = text.trim()
  try {
    if (!key.startsWith('{')) return await importPKCS8(key, 'ES256')
    return await importJWK<JWK & { kty: 'EC' }>(JSON.parse(key), 'ES256')
  } catch {
    throw new AppleError('private_key_invalid')
  }
}
