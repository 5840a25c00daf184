import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from './main-config.ts'

describe('configuration', () => {
  it('listens on the loopback address at 3100 with a demo of its own, if nothing is said', () => {
    const config = readConfig({})
    expect(config).toMatchObject({ options: { port: 3100, host: '127.0.0.1', seed: { keys: [] } } })
  })

  it('names every fault at once', () => {
    const config = readConfig({
      PORT: 'x',
      EMULATOR_HOUR_LIMIT: '-1',
      EMULATOR_RATE_HEADER: 'loud',
      EMULATOR_KEY_ID: 'ABC',
      EMULATOR_SEED_FILE: '/does/not/exist.json',
      EMULATOR_LOG_REQUESTS: 'maybe',
    })
    const faults = 'faults' in config ? config.faults : []
    expect(new Set(faults.map((fault) => fault.split(' ')[0]))).toEqual(
      new Set([
        'EMULATOR_HOUR_LIMIT',
        'EMULATOR_KEY_ID,',
        'EMULATOR_LOG_REQUESTS',
        'EMULATOR_RATE_HEADER',
        'EMULATOR_SEED_FILE',
        'PORT',
      ]),
    )
  })

  it('looks through a seed file before it starts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
    const file = join(folder, 'seed.json')
    writeFileSync(file, JSON.stringify({ apps: [{ groups: [{}] }], keys: [{}] }))
    const config = readConfig({ EMULATOR_SEED_FILE: file })
    expect('faults' in config && config.faults).toHaveLength(3)
    rmSync(folder, { recursive: true })
  })

  it('makes the private key file where there is none, for its owner only, and takes it again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'emulator-'))
    const file = join(folder, 'keys', 'AuthKey.p8')
    const env = { EMULATOR_KEY_ID: 'DEMOKEY123', EMULATOR_ISSUER_ID: 'team', EMULATOR_PRIVATE_KEY_FILE: file }
    const pem = (): unknown => {
      const config = readConfig(env)
      return 'options' in config ? config.options.seed?.keys?.[0]?.privateKeyPem : config.faults
    }
    const made = pem()
    expect(made).toBe(readFileSync(file, 'utf8'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(pem()).toBe(made)
    rmSync(folder, { recursive: true })
  })

  it('counts seconds where the name says so', () => {
    const config = readConfig({
      EMULATOR_WINDOW_SECONDS: '60',
      EMULATOR_ACCEPT_AFTER_SECONDS: '5',
      EMULATOR_READ_LAG_MS: '7',
    })
    expect(config).toMatchObject({ options: { quota: { windowMs: 60_000 }, acceptAfterMs: 5000, readLagMs: 7 } })
  })
})
