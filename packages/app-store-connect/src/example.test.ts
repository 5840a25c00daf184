import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { startEmulator } from '@flightroster/emulator'
import { expect, it } from 'vitest'
import { newCredentials } from '../testing/scripted-server.ts'

const HOME = resolve(import.meta.dirname, '..')
const EXAMPLE = 'example/testers.mjs'

it('the example of the README runs, and is the file that the README names', async () => {
  const text = await readFile(join(HOME, EXAMPLE), 'utf8')
  expect(await readFile(join(HOME, 'README.md'), 'utf8')).toContain(`\`\`\`js\n${text}\`\`\``)

  const { privateKey, ...key } = newCredentials()
  const groups = [
    { id: 'g-1', name: 'Gold', testers: ['ann@example.com', 'ben@example.com'] },
    { id: 'g-2', name: 'Silver' },
  ]
  const app = { id: '1001', bundleId: 'com.acme.maps', name: 'Maps', groups }
  const apple = await startEmulator({ seed: { keys: [{ ...key, privateKeyPem: privateKey }], apps: [app] } })
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  try {
    await writeFile(join(folder, 'key.p8'), privateKey)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=source', '--import', 'tsx', EXAMPLE],
      {
        cwd: HOME,
        env: {
          PATH: process.env['PATH'],
          ISSUER_ID: key.issuerId,
          KEY_ID: key.keyId,
          KEY_FILE: join(folder, 'key.p8'),
          BUNDLE_ID: 'com.acme.maps',
          APP_STORE_CONNECT_URL: apple.url,
        },
      },
    )
    expect(stdout).toMatch(/^GET \/v1\/apps: 200, \d+ calls left\n/)
    expect(stdout).toContain('Gold: 2 testers\n')
    expect(stdout).toContain('Silver: 0 testers\n')
    expect(stdout).toMatch(/apple_not_found \(404\): App Store Connect no longer has this resource\.\n$/)
  } finally {
    await apple.close()
    await rm(folder, { recursive: true })
  }
})
