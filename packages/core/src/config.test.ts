import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadApiConfig, loadWorkerConfig, warnOfShortToken, type ConfigFault } from './config.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const GOOD = { REDIS_URL: 'redis://127.0.0.1:6379', ADMIN_TOKEN: 'admin-token-of-tests', ENCRYPTION_KEY: KEY }

function faultsOf(load: () => unknown): readonly ConfigFault[] {
  try {
    load()
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

function secretFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'flightroster-config-')), 'secret')
  writeFileSync(path, text)
  return path
}

const HASH = `scrypt.32768.8.3.${'A'.repeat(22)}.${'B'.repeat(43)}`

describe('the environment of the API', () => {
  it('every setting that is not set gets its default', () => {
    const config = loadApiConfig(GOOD)
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      metricsPort: undefined,
      appStoreConnectUrl: 'https://api.appstoreconnect.apple.com',
      apiQuota: 0.05,
      budgetWindowMs: 3_600_000,
      testerUsage: true,
      trustProxy: false,
      dashboardUsers: [],
    })
    expect(config.encryptionKey).toHaveLength(32)
  })

  it('lists every fault at once, with its name, the problem and what is expected', () => {
    const faults = faultsOf(() =>
      loadApiConfig({ REDIS_URL: 'http://x', ENCRYPTION_KEY: 'c2hvcnQ=', PORT: '99999', LOG_LEVEL: 'loud' }),
    )
    expect(faults.map((fault) => fault.name).sort()).toEqual([
      'ADMIN_TOKEN',
      'ENCRYPTION_KEY',
      'LOG_LEVEL',
      'PORT',
      'REDIS_URL',
    ])
    expect(faults.find((fault) => fault.name === 'ENCRYPTION_KEY')).toMatchObject({ problem: 'it holds 5 bytes' })
    expect(faults.find((fault) => fault.name === 'ADMIN_TOKEN')).toMatchObject({ problem: 'it is not set' })
    expect(faults.every((fault) => fault.expected.length > 0)).toBe(true)
  })

  it('never repeats a secret in what it says', () => {
    const secret = 'hunter2-hunter2 with a space'
    const faults = faultsOf(() => loadApiConfig({ ...GOOD, ADMIN_TOKEN: secret, REDIS_URL: `redis://u:${secret}@h:x` }))
    expect(faults.length).toBe(2)
    expect(new ConfigError(faults).message).not.toContain('hunter2')
  })

  it('repeats the value of no variable: a secret may stand in the wrong one', () => {
    const secret = 'hunter2-hunter2'
    const names = [
      ...readFileSync(new URL('config.ts', import.meta.url), 'utf8').matchAll(/(?:read\.\w+|seconds)\(\s*'([A-Z_]+)'/g),
    ].map(([, name = '']) => name)
    const env = Object.fromEntries(names.map((name) => [name, secret]))
    for (const load of [loadApiConfig, loadWorkerConfig]) {
      const faults = faultsOf(() => load(env))
      expect(faults.length).toBeGreaterThan(15)
      expect(JSON.stringify(faults)).not.toContain(secret)
    }
  })

  it('reads a secret from the file that NAME_FILE names, without its line end', () => {
    const path = secretFile('admin-token-of-a-file\n')
    const config = loadApiConfig({ ...GOOD, ADMIN_TOKEN: undefined, ADMIN_TOKEN_FILE: path })
    expect(config.adminToken).toBe('admin-token-of-a-file')
  })

  it('refuses a secret given twice, an empty file and an absent one', () => {
    const both = faultsOf(() => loadApiConfig({ ...GOOD, ADMIN_TOKEN_FILE: secretFile('x') }))
    expect(both).toMatchObject([{ name: 'ADMIN_TOKEN', problem: 'ADMIN_TOKEN and ADMIN_TOKEN_FILE are both set' }])
    const empty = faultsOf(() => loadApiConfig({ ...GOOD, ADMIN_TOKEN: '', ADMIN_TOKEN_FILE: secretFile(' \n') }))
    expect(empty).toMatchObject([{ name: 'ADMIN_TOKEN_FILE', problem: 'the file is empty' }])
    const absent = faultsOf(() => loadApiConfig({ ...GOOD, ENCRYPTION_KEY: '', ENCRYPTION_KEY_FILE: '/nowhere' }))
    expect(absent).toMatchObject([{ name: 'ENCRYPTION_KEY_FILE', problem: 'the file cannot be read (ENOENT)' }])
  })

  it('takes seconds as low as 1 and refuses 0', () => {
    expect(loadApiConfig({ ...GOOD, BUDGET_WINDOW_SECONDS: '1' }).budgetWindowMs).toBe(1_000)
    expect(faultsOf(() => loadApiConfig({ ...GOOD, BUDGET_WINDOW_SECONDS: '0' }))).toHaveLength(1)
  })

  it('reads dashboard users with their roles, and refuses a role or a shape it does not know', () => {
    const config = loadApiConfig({ ...GOOD, DASHBOARD_USERS: `ann:operator:${HASH},bob:viewer:${HASH}` })
    expect(config.dashboardUsers).toEqual([
      { name: 'ann', role: 'operator', passwordHash: HASH },
      { name: 'bob', role: 'viewer', passwordHash: HASH },
    ])
    expect(faultsOf(() => loadApiConfig({ ...GOOD, DASHBOARD_USERS: `ann:root:${HASH}` }))).toHaveLength(1)
    expect(faultsOf(() => loadApiConfig({ ...GOOD, DASHBOARD_USERS: 'ann' }))).toHaveLength(1)
    expect(faultsOf(() => loadApiConfig({ ...GOOD, DASHBOARD_USERS: 'ann:viewer:secret' }))).toHaveLength(1)
  })

  it.each([
    ['true', true],
    ['2', 2],
    ['10.0.0.0/8, 127.0.0.1', '10.0.0.0/8, 127.0.0.1'],
  ])('reads TRUST_PROXY=%s', (text, expected) => {
    expect(loadApiConfig({ ...GOOD, TRUST_PROXY: text }).trustProxy).toEqual(expected)
  })
})

describe('an ADMIN_TOKEN', () => {
  const tokenOf = (length: number) => loadApiConfig({ ...GOOD, ADMIN_TOKEN: 'x'.repeat(length) })

  it('of fewer than 16 characters is refused', () => {
    expect(faultsOf(() => tokenOf(15))).toMatchObject([{ name: 'ADMIN_TOKEN', problem: 'it has 15 characters' }])
  })

  it('of 16 to 31 characters is taken with a warning, which does not repeat it', () => {
    expect(warnOfShortToken(tokenOf(16))).toMatch(/^ADMIN_TOKEN has 16 characters; 32 or more/)
    expect(warnOfShortToken(tokenOf(31))).toContain('31 characters')
    expect(warnOfShortToken(tokenOf(16))).not.toContain('xxxx')
  })

  it('of 32 characters is what is advised', () => {
    expect(warnOfShortToken(tokenOf(32))).toBeUndefined()
  })
})

it('what callers may have of the hour is told in percent', () => {
  expect(loadApiConfig({ ...GOOD, API_QUOTA_PERCENT: '50' }).apiQuota).toBe(0.5)
})

describe('the environment of the worker', () => {
  it('needs no admin token and serves all lanes by default', () => {
    const config = loadWorkerConfig({ ...GOOD, ADMIN_TOKEN: undefined })
    expect(config).toMatchObject({
      lanes: undefined,
      workerPort: undefined,
      budgetReserve: 0.05,
      blockedCheckMs: 180_000,
      buildWatchMs: 600_000,
      leftMembersMs: 30 * 86_400_000,
    })
  })

  it('reads the lanes it serves', () => {
    expect(loadWorkerConfig({ ...GOOD, WORKER_LANES: 'acme, b.corp' }).lanes).toEqual(['acme', 'b.corp'])
    expect(faultsOf(() => loadWorkerConfig({ ...GOOD, WORKER_LANES: 'a b' }))).toHaveLength(1)
  })
})

describe('the variables of OpenTelemetry', () => {
  const BASE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
  it.each([
    ['nothing', {}, undefined],
    ['a base', BASE, 'http://collector:4318/v1/traces'],
    ['an address for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces/in' }, 'http://traces/in'],
    ['both', { ...BASE, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces/in' }, 'http://traces/in'],
    ['a base, and that nothing is wanted', { ...BASE, OTEL_SDK_DISABLED: 'true' }, undefined],
    ['a base, and that nothing is wanted, in capitals', { ...BASE, OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    ['a base, and that no traces are', { ...BASE, OTEL_TRACES_EXPORTER: 'none' }, undefined],
  ])('say where spans go: %s', (_, env, url) => {
    expect(loadApiConfig({ ...GOOD, ...env }).tracesUrl).toBe(url)
    expect(loadWorkerConfig({ ...GOOD, ...env }).tracesUrl).toBe(url)
  })

  it('are refused where they ask for what there is not', () => {
    expect(faultsOf(() => loadApiConfig({ ...GOOD, OTEL_TRACES_EXPORTER: 'zipkin' }))).toMatchObject([
      { name: 'OTEL_TRACES_EXPORTER', expected: 'one of otlp, none' },
    ])
  })
})
