import { randomBytes, scryptSync } from 'node:crypto'

const COST = { N: 1_024, r: 8, p: 1 }

/**
 * As `pnpm hash-password` writes it (scripts/lib/password-hash.mjs), a hundred times cheaper to check: what tests log in for is not the
 * password.
 */
export function hashPassword(password: string, cost = COST): string {
  const salt = randomBytes(16)
  const hash = scryptSync(password.normalize('NFKC'), salt, 32, { ...cost, maxmem: 256 * 1024 * 1024 })
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('.')
}
