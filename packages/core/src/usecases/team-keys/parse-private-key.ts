import { createPrivateKey } from 'node:crypto'

const PKCS8 = /^-----BEGIN PRIVATE KEY-----\s[\s\S]+\s-----END PRIVATE KEY-----$/

/** The key as it will be kept (a JWK), or undefined where it is not a P-256 key in PKCS#8 PEM form. Line ends may be any. */
export function parsePrivateKey(text: string): string | undefined {
  const pem = text.replace(/\r\n?/g, '\n').trim()
  if (!PKCS8.test(pem)) return undefined
  try {
    const key = createPrivateKey(pem)
    const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
    return isP256 ? JSON.stringify(key.export({ format: 'jwk' })) : undefined
  } catch {
    return undefined
  }
}
