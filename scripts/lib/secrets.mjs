import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { hashPassword } from './password-hash.mjs'

/**
 * The secrets of one run, made once and kept in its folder, readable by its owner only; a variable of the environment goes before.
 * Returns { env, adminToken }: what to hand to the processes, and the token to call the API with.
 */
export function openSecrets(place, env = process.env) {
  const adminTokenFile = env.ADMIN_TOKEN_FILE ?? join(place.data, 'admin-token')
  const encryptionKeyFile = join(place.data, 'encryption-key')
  const given = {}
  if (!env.ADMIN_TOKEN && !env.ADMIN_TOKEN_FILE) {
    ensure(adminTokenFile, () => `frt_admin_${randomBytes(24).toString('base64url')}`)
    given.ADMIN_TOKEN_FILE = adminTokenFile
  }
  if (!env.ENCRYPTION_KEY && !env.ENCRYPTION_KEY_FILE) {
    ensure(encryptionKeyFile, () => randomBytes(32).toString('base64'))
    given.ENCRYPTION_KEY_FILE = encryptionKeyFile
  }
  return {
    env: given,
    adminToken: env.ADMIN_TOKEN || readFileSync(adminTokenFile, 'utf8').trim(),
    adminTokenFile: env.ADMIN_TOKEN ? undefined : adminTokenFile,
  }
}

/** Somebody who may log in to the pages, unless the environment names others. Adds to `env`; undefined where it does. */
export async function openDashboardUser(place, given, env = process.env) {
  if (env.DASHBOARD_USERS || env.DASHBOARD_USERS_FILE) return undefined
  const passwordFile = join(place.data, 'dashboard-password')
  const usersFile = join(place.data, 'dashboard-users')
  ensure(passwordFile, () => randomBytes(9).toString('base64url'))
  const password = readFileSync(passwordFile, 'utf8').trim()
  const hash = await hashPassword(password)
  writeFileSync(usersFile, `demo:operator:${hash}\n`, { mode: 0o600 })
  given.DASHBOARD_USERS_FILE = usersFile
  return { name: 'demo', password }
}

/** What the Redis of this folder asks of whoever connects. */
export function openRedisPassword(place) {
  const file = join(place.data, 'redis-password')
  ensure(file, () => randomBytes(24).toString('base64url'))
  return readFileSync(file, 'utf8').trim()
}

/** The key that the emulator accepts and the demo registers. */
export function openEmulatorKey(place) {
  const file = join(place.data, 'emulator-key.p8')
  ensure(file, () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  )
  return {
    file,
    pem: readFileSync(file, 'utf8'),
    keyId: 'FLIGHTDEMO',
    issuerId: '69a6de70-0000-47e3-e053-5b8c7c11a4d1',
  }
}

function ensure(file, make) {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600, flag: 'wx' })
}
