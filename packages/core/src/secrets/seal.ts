import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Seals secrets at rest. `context` names the record, so a ciphertext copied onto another record does not open. */
export interface Sealer {
  seal(plain: string, context: string): string
  /** Throws SealError where no key opens it, or the context is another. */
  open(sealed: string, context: string): string
  /** True for what was sealed by a former key and should be sealed again. */
  isStale(sealed: string): boolean
  /** False for what was sealed by none of our keys. */
  isOurs(sealed: string): boolean
}

/** What was sealed can't be opened: another key, another context, or a spoilt text. */
export class SealError extends Error {
  override readonly name = 'SealError'
}

/** Null where it does not open: what a lost key sealed is as good as gone. */
export function openIfOurs(sealer: Sealer, sealed: string, context: string): string | null {
  try {
    return sealer.open(sealed, context)
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    return null
  }
}

const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16

interface NamedKey {
  id: string
  key: Buffer
}

/** AES-256-GCM; the key's id travels with the ciphertext, so that a rotation knows which one opens it. */
export function createSealer(keys: { current: Buffer; previous?: Buffer | undefined }): Sealer {
  const current = nameKey(keys.current)
  const known = keys.previous ? [current, nameKey(keys.previous)] : [current]
  return {
    seal(plain, context) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', current.key, iv)
      cipher.setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [VERSION, current.id, Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')].join('.')
    },
    open(sealed, context) {
      const [version, id, payload] = sealed.split('.')
      const named = known.find((candidate) => candidate.id === id)
      if (version !== VERSION || !named || payload === undefined) {
        throw new SealError(
          `Sealed by another ENCRYPTION_KEY: ${context}. Set ENCRYPTION_KEY_PREVIOUS to the former one.`,
        )
      }
      const bytes = Buffer.from(payload, 'base64url')
      try {
        const decipher = createDecipheriv('aes-256-gcm', named.key, bytes.subarray(0, IV_BYTES))
        decipher.setAAD(Buffer.from(context))
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new SealError(`The sealed secret does not belong to ${context}, or was changed.`, { cause })
      }
    },
    isOurs: (sealed) => known.some(({ id }) => id === sealed.split('.')[1]),
    isStale: (sealed) => sealed.split('.')[1] !== current.id,
  }
}

function nameKey(key: Buffer): NamedKey {
  const id = Buffer.from(hkdfSync('sha256', key, '', 'flightroster key id', 6)).toString('hex')
  return { id, key }
}
