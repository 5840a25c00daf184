import { randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'

/** The same cost and form as packages/core/src/secrets/password.ts; here, so that nothing has to be built first. */
const COST = { N: 32_768, r: 8, p: 3 }
const MAX_MEMORY = 256 * 1024 * 1024

/** One word without commas or colons (which separate users) or dollars (which shells and Compose files read). */
export async function hashPassword(password) {
  const salt = randomBytes(16)
  const hash = await promisify(scrypt)(password.normalize('NFKC'), salt, 32, { ...COST, maxmem: MAX_MEMORY })
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('.')
}
