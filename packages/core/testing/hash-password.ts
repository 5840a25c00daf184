import { randomBytes, scryptSync } from 'node:crypto'

const COST = { N: 32_768, r: 8, p: 3 }

/** As `pnpm hash-password` writes it (scripts/lib/password-hash.mjs). */
export function hashPassword(password: string): string {
  const salt = randomBytes(16)
  const hash = scryptSync(password.normalize('NFKC'), salt, 32, { ...COST, maxmem: 256 * 1024 * 1024 })
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('.')
}
