import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const ROOT = resolve(import.meta.dirname, '../..')
const WORKSPACES = ['apps/api', 'apps/worker', 'packages/app-store-connect', 'packages/core', 'packages/emulator']

/**
 * A checkout of a commit with its API and worker built, kept from run to run; undefined where the clone's history does not hold it. It
 * runs on the packages that are installed here.
 */
export async function buildRelease(commit: string): Promise<string | undefined> {
  const place = join(ROOT, 'node_modules/.cache/releases', commit)
  if (existsSync(place)) return place
  try {
    await run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT })
  } catch {
    return undefined
  }
  const making = `${place}.${process.pid}`
  await mkdir(making, { recursive: true })
  await run('sh', ['-c', `git archive ${commit} | tar -x -C "${making}"`], { cwd: ROOT })
  await symlink(join(ROOT, 'node_modules'), join(making, 'node_modules'))
  // Their links are relative, so that those to one another lead to the packages of that time.
  for (const path of WORKSPACES) {
    await cp(join(ROOT, path, 'node_modules'), join(making, path, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
  // Until 0.2.0 the client of App Store Connect was a part of core.
  await symlink('../../app-store-connect/node_modules/jose', join(making, 'packages/core/node_modules/jose'))
  await standIn(join(making, 'apps/api/node_modules/@fastify/swagger-ui'))
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'apps/api', 'apps/worker'], {
    cwd: making,
    maxBuffer: 16 * 1024 * 1024,
  })
  await run(process.execPath, ['scripts/copy-assets.mjs'], { cwd: making })
  await rename(making, place).catch(() => rm(making, { recursive: true }))
  return place
}

/** 0.1.0 had its reference page from a package that is not installed any more; nobody opens that page here. */
async function standIn(place: string): Promise<void> {
  await mkdir(place, { recursive: true })
  await writeFile(join(place, 'package.json'), JSON.stringify({ type: 'module', exports: './index.js' }))
  await writeFile(join(place, 'index.js'), 'export default async () => {}\n')
  const type =
    "import type { FastifyPluginAsync } from 'fastify'\ndeclare const plugin: FastifyPluginAsync<any>\nexport default plugin\n"
  await writeFile(join(place, 'index.d.ts'), type)
}
