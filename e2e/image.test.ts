import { eventually, freePort, spawnTied, startRedis } from '@flightroster/core/testing'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLedger } from './support/ledger.ts'
import { startStack } from './support/stack.ts'

/** What comes from elsewhere: the distroless base with the C++ library, and Node.js 24 where this machine's may be another. */
const BASE_MB = 25
const NODE_MB = 122
const LIMIT_MB = 200

let folder: string
let image: { app: string; user: string; command: string[]; healthcheck: string[] }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flightroster-image-'))
  const script = resolve(import.meta.dirname, '../scripts/assemble-image.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder])
  image = JSON.parse(stdout)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function bytesOf(path: string): number {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

describe('the image, assembled by the lines of the Dockerfile', () => {
  it('has less than 200 MB, and runs as nobody special', () => {
    const appMb = bytesOf(image.app) / 1e6
    expect(appMb).toBeGreaterThan(10)
    expect(BASE_MB + NODE_MB + appMb).toBeLessThan(LIMIT_MB)
    expect(image.user).toBe('1000:1000')
  })

  it('starts by its own command, with nothing but its own Node.js, and is healthy by its own check', async () => {
    await using redis = await startRedis()
    const port = await freePort()
    const env = {
      PATH: dirname(process.execPath),
      NODE_ENV: 'production',
      PORT: String(port),
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ADMIN_TOKEN: 'admin-token-of-the-image',
    }
    const run = ([program = '', ...args]: string[]) =>
      spawnTied('sh', ['-c', 'cd "$0" && exec "$@"', image.app, program, ...args], { env, output: 'ignore' })
    const api = run(image.command)
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200))
    expect((await once(run(image.healthcheck), 'exit'))[0]).toBe(0)
    const page = await (await fetch(`http://127.0.0.1:${port}/docs`)).text()
    const script = /src="(\/docs\/assets\/[^"]+)"/.exec(page)?.[1]
    expect((await fetch(`http://127.0.0.1:${port}${script}`)).status).toBe(200)
    const ended = once(api, 'exit')
    api.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
  })

  it('takes events and brings people in, by its API and its worker', async () => {
    await using stack = await startStack({ programs: image.app })
    const ledger = createLedger()
    await ledger.post(stack.api, ledger.joins(20, 'i'))
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 300 })
  })
})
