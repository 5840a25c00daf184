import { execFile } from 'node:child_process'
import { cp, mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { startStack } from './support/stack.ts'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '..')
const TESTS = 'tsconfig.tests.json'

interface Block {
  /** The line above it, where that is a path. */
  path: string
  kind: string
  text: string
}

/** The code of a page in order. A block stands behind the path of its file, or is a script with a name. */
function blocksOf(page: string): Block[] {
  const found = page.matchAll(/(?:^([\w./-]+\/[\w./-]+)\n\n)?^```([\w ]+)\n([\s\S]*?)^```$/gm)
  return [...found].map(([, path = '', kind = '', text = '']) => ({ path, kind, text }))
}

/** What another checkout would hold: all that is built from, and the packages of this one. */
async function copyCheckout(): Promise<string> {
  const to = await mkdtemp(join(tmpdir(), 'flightroster-source-'))
  onTestFinished(() => rm(to, { recursive: true, force: true }))
  const isLeftOut = (from: string) => {
    const name = basename(from)
    const isTop = dirname(from) === ROOT
    return name === '.git' || (isTop && ['node_modules', 'docs', 'appendonlydir', 'deploy'].includes(name))
  }
  const entries = ['apps', 'packages', 'scripts']
  const files = ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'vitest.config.ts']
  for (const name of [...entries, ...files])
    await cp(join(ROOT, name), join(to, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (from) => !isLeftOut(from),
    })
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'))
  // Of all tests, those that the page adds to are checked: the others take most of the time, and are checked where they are.
  const tests = JSON.parse(await readFile(join(ROOT, TESTS), 'utf8')) as { compilerOptions: object }
  const compilerOptions = { ...tests.compilerOptions, tsBuildInfoFile: './tests.tsbuildinfo' }
  const include = ['packages/core/src/sources/**/*.ts']
  await writeFile(join(to, TESTS), JSON.stringify({ ...tests, compilerOptions, include }))
  return to
}

/** Lines that begin with a minus are in the file, and become those with a plus that follow. */
function applyDiff(text: string, diff: string): string {
  const changes = diff.matchAll(/((?:^-.*\n)+)((?:^\+.*\n)+)/gm)
  return [...changes].reduce((changed, [, old = '', fresh = '']) => {
    const [before, after] = [old, fresh].map((lines) => lines.replaceAll(/^[-+]/gm, '')) as [string, string]
    expect(changed.split(before)).toHaveLength(2)
    return changed.replace(before, () => after)
  }, text)
}

async function write(root: string, { path, kind, text }: Block): Promise<void> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, kind === 'diff' ? applyDiff(await readFile(file, 'utf8'), text) : text)
}

it('a kind of source is added by doing what docs/add-a-source.md says, and a payload of it becomes a member', async () => {
  const blocks = blocksOf(await readFile(join(ROOT, 'docs/add-a-source.md'), 'utf8'))
  const copy = await copyCheckout()
  const scripts = blocks.filter(({ kind }) => kind.startsWith('sh '))
  const files = blocks.filter(({ kind }) => !kind.startsWith('sh '))
  expect(files.filter(({ path }) => path === '')).toEqual([])
  for (const block of files) await write(copy, block)
  const shell = async (name: string, env: Record<string, string> = {}) => {
    const script = scripts.find(({ kind }) => kind === `sh ${name}`)?.text ?? 'exit 9'
    const options = { cwd: copy, env: { ...process.env, ...env }, maxBuffer: 50_000_000 }
    const { stdout } = await run('bash', ['-c', `set -euo pipefail\n${script}`], options).catch((error: unknown) => {
      const { stdout: said = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Error(`The script "${name}" of the page failed:\n${said}\n${stderr}`)
    })
    return stdout
  }
  await shell('build')
  expect(await readFile(join(copy, 'apps/api/openapi.json'), 'utf8')).toContain('"meadow"')
  expect(await readFile(join(copy, 'apps/cli/src/files/flightroster.schema.json'), 'utf8')).toContain('"meadow"')

  await using stack = await startStack({ programs: copy })
  const { api, emulator, group } = stack
  const said = await shell('try', { FLIGHTROSTER_URL: api.url, FLIGHTROSTER_TOKEN: api.token })
  expect(said).toContain('"kind":"meadow"')
  expect(said).toContain('{"accepted":1,"ignored":0}')
  expect(said).toContain('"status":"accepted"')
  await eventually(() => expect(emulator.groupMembers(group)).toEqual(['ann@example.com']))
})
