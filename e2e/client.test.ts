import { execFile } from 'node:child_process'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@flightroster/core/testing'
import { describe, expect, it } from 'vitest'
import { startStack } from './support/stack.ts'
import { installTarball } from './support/tarball.ts'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '..')
const STRICT = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2023']

/** The first piece of TypeScript in the README, and all of them for the compiler. */
async function readmeOf(folder: string) {
  const text = await readFile(join(folder, 'node_modules/@flightroster/client/README.md'), 'utf8')
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] ?? '')
}

describe('the tarball of @flightroster/client', () => {
  it('installs from npm, has types that its README compiles with, and runs the README against a server', async () => {
    await using stack = await startStack()
    await using project = await installTarball('packages/client')
    expect(project.files).toContain('LICENSE')
    expect(
      project.files.filter((path) => !/^(dist\/.*\.(js|d\.ts)|README\.md|LICENSE|package\.json)$/.test(path)),
    ).toEqual([])
    expect(await readFile(join(project.folder, 'node_modules/@flightroster/client/package.json'), 'utf8')).not.toMatch(
      /"dependencies":[^}]*(workspace|catalog):/,
    )

    const pieces = await readmeOf(project.folder)
    expect(pieces).toHaveLength(2)
    expect((pieces[0] ?? '').trim().split('\n').length).toBe(10)
    for (const [at, piece] of pieces.entries()) await writeFile(join(project.folder, `readme-${at}.ts`), piece)
    await symlink(join(ROOT, 'node_modules/@types'), join(project.folder, 'node_modules/@types'))
    const sources = pieces.map((_, at) => `readme-${at}.ts`)
    await run(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), ...STRICT, '--types', 'node', ...sources],
      {
        cwd: project.folder,
      },
    )

    const plain = (pieces[0] ?? '').replace('(error: unknown)', '(error)')
    await writeFile(join(project.folder, 'readme.mjs'), plain)
    const env = { PATH: process.env['PATH'], FLIGHTROSTER_URL: stack.api.url, FLIGHTROSTER_TOKEN: stack.api.token }
    const { stdout } = await run(process.execPath, ['readme.mjs'], { cwd: project.folder, env })
    expect(stdout).toContain('1 accepted\n')
    expect(stdout).toMatch(/u-17 (pending|invited)/)
    expect(stdout).toContain('not_found')
    await eventually(async () => {
      const { body } = await stack.api.get('/v1/rosters/gold/members/u-17')
      expect(body['status']).toBe('invited')
    })
  })
})
