import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const PREFIX = 'frt_'
const ID_LENGTH = 16

export interface NewToken {
  /** Shown once. */
  token: string
  id: string
  hash: string
}

/** 256 random bits need no slow hash: nobody tries them all. Of random bytes unless some are given. */
export function makeToken(bytes: Buffer = randomBytes(32)): NewToken {
  const token = PREFIX + bytes.toString('base64url')
  return { token, ...identifyToken(token) }
}

/** The id is the beginning of the hash, so a token is found by itself and says nothing of others. */
export function identifyToken(token: string): { id: string; hash: string } {
  const hash = createHash('sha256').update(token).digest('base64url')
  return { id: `t-${hash.slice(0, ID_LENGTH)}`, hash }
}

/** Whether a text has the form of an API token; says nothing about whether there is such a one. */
export function isToken(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** In a time that tells nothing of where two hashes differ. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
