import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startStack, type Stack } from './support/stack.ts'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '..')
const PAGES = join(ROOT, 'docs/how-to')

let stack: Stack
let env: Record<string, string>

beforeAll(async () => {
  stack = await startStack({ env: { WEBHOOK_ALLOW_PRIVATE: 'true' } })
  const { api, emulator, app } = stack
  const folder = await mkdtemp(join(tmpdir(), 'flightroster-how-to-'))
  const keyFile = async () => {
    const { keyId, privateKeyPem } = emulator.addKey({ issuerId: emulator.keys[0]?.issuerId })
    const file = join(folder, `AuthKey_${keyId}.p8`)
    await writeFile(file, privateKeyPem)
    return file
  }
  for (const id of ['imported', 'nightly']) {
    const group = emulator.addGroup(app, { name: `Beta – ${id}` })
    await api.must('PUT', `/v1/rosters/${id}`, { teamKey: 'acme', app: { id: app }, group: { id: group.id } }, 201)
  }
  await api.must('PUT', '/v1/rosters/gold/members/u-1001', { email: 'ann.lee@example.com' }, 202)
  env = {
    PATH: process.env['PATH'] ?? '',
    FLIGHTROSTER_URL: api.url,
    FLIGHTROSTER_TOKEN: api.token,
    RECEIVER_URL: 'http://127.0.0.1:9/hooks',
    ISSUER_ID: emulator.keys[0]?.issuerId ?? '',
    KEY_FILE: await keyFile(),
    NEW_KEY_FILE: await keyFile(),
    NO_COLOR: '1',
  }
})
afterAll(() => stack[Symbol.asyncDispose]())

/** The blocks of a page: what is typed (`sh`), and what is said to be answered (`text`). */
function blocksOf(page: string, wanted: 'sh' | 'text'): string[] {
  return [...page.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)]
    .filter(([, , kind]) => kind === wanted)
    .flatMap(([, indent = '', , text = '']) => text.split('\n').map((line) => line.slice(indent.length)))
    .filter((line) => line !== '')
}

/** In this order: one goes on with what another one made. */
const ORDER = [
  'connect-your-first-app.md',
  'import-from-app-store-connect.md',
  'a-nightly-list.md',
  'events-from-your-own-code.md',
  'receive-callbacks.md',
  'go-to-production.md',
  'give-a-team-its-own-token.md',
  'what-apples-states-mean.md',
  'when-the-app-is-full.md',
  'rotate-a-key.md',
]

it('every how-to page is run here', async () => {
  expect((await readdir(PAGES)).sort()).toEqual(ORDER.toSorted())
})

/** As the document of the command line has it, typed in the folder of the repository. */
async function namingTheCommand(): Promise<string[]> {
  const page = await readFile(join(ROOT, 'docs/cli.md'), 'utf8')
  const [naming] = page.match(/^cli=[^]*?(?=^```$)/m) ?? []
  return [`cd "${ROOT}"`, ...(naming ?? '').trim().split('\n'), 'cd - > /dev/null']
}

it.each(ORDER)('%s runs as it is written, and answers what it says', async (name) => {
  const page = await readFile(join(PAGES, name), 'utf8')
  const typed = blocksOf(page, 'sh')
  expect(typed).not.toEqual([])
  // Whoever is to type the command is told where it comes from.
  const named = typed.some((line) => line.startsWith('flightroster ')) ? await namingTheCommand() : []
  expect(page.includes('(../cli.md)')).toBe(named.length > 0)
  const cwd = await mkdtemp(join(tmpdir(), 'flightroster-how-to-'))
  const { stdout, stderr } = await run('bash', ['-c', ['set -euo pipefail', ...named, ...typed].join('\n')], {
    cwd,
    env,
  })
  for (const line of blocksOf(page, 'text')) expect(stdout + stderr).toContain(line)
})
