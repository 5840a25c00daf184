import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../..')

/** An empty project of somebody else, far from this repository's node_modules, into which our package was installed. */
export interface Installed {
  folder: string
  /** Names of what is in the tarball. */
  files: string[]
  [Symbol.asyncDispose](): Promise<void>
}

/** `npm pack` of a package of ours, and `npm install` of what came out, as a user would. */
export async function installTarball(packageFolder: string): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'flightroster-tarball-'))
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: join(ROOT, packageFolder),
    maxBuffer: 1e7,
  })
  const [{ filename, files }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ]
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', ...quiet, join(folder, filename)], { cwd: folder })
  return {
    folder,
    files: files.map(({ path }) => path),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}
