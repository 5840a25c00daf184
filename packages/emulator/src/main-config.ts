import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generateKeyPair } from './keys.ts'
import type { NewKey } from './keys.ts'
import { demoSeed } from './seed.ts'
import type { Seed } from './seed.ts'
import { settingsFaults } from './settings.ts'
import type { SettingsPatch } from './settings.ts'
import type { EmulatorOptions } from './start-emulator.ts'

type Env = Record<string, string | undefined>

/** Environment name → setting, and what its unit is in the setting's own. */
const numbers: [string, string, number][] = [
  ['EMULATOR_LATENCY_MS', 'latencyMs', 1],
  ['EMULATOR_READ_LAG_MS', 'readLagMs', 1],
  ['EMULATOR_ACCEPT_AFTER_SECONDS', 'acceptAfterMs', 1000],
  ['EMULATOR_INSTALL_AFTER_SECONDS', 'installAfterMs', 1000],
  ['EMULATOR_APPROVE_AFTER_SECONDS', 'approveAfterMs', 1000],
  ['EMULATOR_APP_REMOVAL_SECONDS', 'appRemovalMs', 1000],
  ['EMULATOR_SEATS_PER_APP', 'seatsPerApp', 1],
  ['EMULATOR_CHUNK_MAX', 'chunkMax', 1],
  ['EMULATOR_LEDGER_MAX', 'ledgerMax', 1],
]

const quotaNumbers: [string, string, number][] = [
  ['EMULATOR_HOUR_LIMIT', 'hourLimit', 1],
  ['EMULATOR_WINDOW_SECONDS', 'windowMs', 1000],
  ['EMULATOR_MINUTE_LIMIT', 'minuteLimit', 1],
]

const texts: [string, string][] = [['EMULATOR_RECORD_SCOPE', 'recordScope']]

/** The options of the process, or every fault of its environment. */
export function readConfig(env: Env): { options: EmulatorOptions } | { faults: string[] } {
  const faults: string[] = []
  const patch = { ledgerMax: 20_000, ...readSettings(env, faults) }
  const port = readNumber(env, 'PORT', faults) ?? 3100
  if (port > 65_535 || !Number.isInteger(port)) faults.push('PORT must be a whole number up to 65535')
  const seed = readSeed(env, faults)
  const key = readKey(env, faults)
  const logRequests = env.EMULATOR_LOG_REQUESTS
  if (logRequests && logRequests !== 'true' && logRequests !== 'false') {
    faults.push('EMULATOR_LOG_REQUESTS must be true or false')
  }
  if (faults.length > 0) return { faults }
  const options: EmulatorOptions = {
    ...(patch as SettingsPatch),
    port,
    host: env.HOST || '127.0.0.1',
    logRequests: logRequests === 'true',
    seed: { ...seed, keys: [...(key ? [key()] : []), ...(seed.keys ?? [])] },
    ...(env.EMULATOR_DATA_FILE ? { dataFile: env.EMULATOR_DATA_FILE } : {}),
  }
  return { options }
}

function readSettings(env: Env, faults: string[]): object {
  const flat: Record<string, unknown> = {}
  const quota: Record<string, unknown> = {}
  for (const [name, setting, unit] of numbers) {
    const value = readNumber(env, name, faults)
    if (value !== undefined) flat[setting] = value * unit
  }
  for (const [name, setting, unit] of quotaNumbers) {
    const value = readNumber(env, name, faults)
    if (value !== undefined) quota[setting] = value * unit
  }
  for (const [name, setting] of texts) if (env[name]) flat[setting] = env[name]
  if (env.EMULATOR_RATE_HEADER) quota.header = env.EMULATOR_RATE_HEADER
  const patch = { ...flat, quota }
  const named = new Map(
    [...texts, ['EMULATOR_RATE_HEADER', 'quota.header'] as const].map(([name, path]) => [path, name]),
  )
  for (const fault of settingsFaults(patch)) {
    const path = fault.split(' ')[0] ?? ''
    faults.push(fault.replace(path, named.get(path) ?? path))
  }
  return patch
}

function readNumber(env: Env, name: string, faults: string[]): number | undefined {
  const text = env[name]
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text)) return value
  faults.push(`${name} must be a number of 0 or more`)
  return undefined
}

function readSeed(env: Env, faults: string[]): Seed {
  const file = env.EMULATOR_SEED_FILE
  if (!file) return demoSeed
  try {
    const seed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof seed === 'object' && seed !== null && !Array.isArray(seed)) {
      faults.push(...seedFaults(seed as Seed))
      return seed as Seed
    }
    faults.push(`EMULATOR_SEED_FILE must hold a JSON object: ${file}`)
  } catch (error) {
    faults.push(`EMULATOR_SEED_FILE can't be read: ${(error as Error).message}`)
  }
  return {}
}

/** What the rest of the start would stumble over. */
function seedFaults({ apps = [], keys = [] }: Seed): string[] {
  const where = 'EMULATOR_SEED_FILE:'
  if (!Array.isArray(apps) || !Array.isArray(keys)) return [`${where} apps and keys must be lists`]
  const ofApps = apps.flatMap(({ bundleId, groups = [] }, index) => [
    ...(bundleId ? [] : [`${where} apps[${index}] needs a bundleId`]),
    ...(groups.every(({ name }) => name) ? [] : [`${where} every group of apps[${index}] needs a name`]),
  ])
  const ofKeys = keys.flatMap(({ keyId, issuerId }, index) =>
    keyId && issuerId ? [] : [`${where} keys[${index}] needs a keyId and an issuerId`],
  )
  return [...ofApps, ...ofKeys]
}

/** The key of the environment. The file is written only when everything else is right. */
function readKey(env: Env, faults: string[]): (() => NewKey) | undefined {
  const { EMULATOR_KEY_ID: keyId, EMULATOR_ISSUER_ID: issuerId, EMULATOR_PRIVATE_KEY_FILE: file } = env
  if (!keyId && !issuerId && !file) return undefined
  if (!keyId || !issuerId || !file) {
    faults.push('EMULATOR_KEY_ID, EMULATOR_ISSUER_ID and EMULATOR_PRIVATE_KEY_FILE go together: give all of them')
    return undefined
  }
  return () => ({ keyId, issuerId, privateKeyPem: readOrMakeKey(file) })
}

function readOrMakeKey(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const { privateKeyPem } = generateKeyPair()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, privateKeyPem, { mode: 0o600 })
  chmodSync(file, 0o600)
  return privateKeyPem
}
