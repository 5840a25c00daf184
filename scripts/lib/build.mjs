import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtFolders } from './packages.mjs'
import { ROOT, STAMPS } from './place.mjs'
import { runTool } from './run-tool.mjs'
import { Stop } from './say.mjs'

const STAMP = join(STAMPS, 'built')
const ENTRIES = ['apps/api/dist/main.js', 'apps/worker/dist/main.js', 'packages/emulator/dist/main.js']
/** What follows the compiler, in this order. */
export const FINISH = ['scripts/copy-assets.mjs', 'scripts/bundle.mjs']
export const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** Whether what is built is newer than everything it is built from. */
export function isBuilt() {
  if (!existsSync(STAMP) || !ENTRIES.every((entry) => existsSync(join(ROOT, entry)))) return false
  const builtAt = statSync(STAMP).mtimeMs
  const files = ['pnpm-lock.yaml', 'tsconfig.base.json', ...FINISH]
  const settings = builtFolders().flatMap((folder) => [`${folder}/package.json`, `${folder}/tsconfig.json`])
  const newest = [...files, ...settings].map((file) => join(ROOT, file))
  if (newest.some((file) => statSync(file).mtimeMs > builtAt)) return false
  return !builtFolders().some((folder) => isNewer(join(ROOT, folder, 'src'), builtAt))
}

/** A folder counts too: its time changes when a file in it goes. */
function isNewer(folder, time) {
  if (!existsSync(folder)) return false
  if (statSync(folder).mtimeMs > time) return true
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? isNewer(path, time) : statSync(path).mtimeMs > time
  })
}

/** Builds what runs (not the tests), and its assets. */
export async function build({ log } = {}) {
  const begunAt = new Date()
  for (const args of [[TSC, '-b', ...builtFolders()], ...FINISH.map((script) => [join(ROOT, script)])]) {
    const { code, tail } = await runTool(process.execPath, args, { log })
    if (code !== 0)
      throw new Stop(`The build failed.\n${tail}`, 'Undo local changes, or correct the places named, then try again.')
  }
  mkdirSync(STAMPS, { recursive: true })
  writeFileSync(STAMP, '')
  // As of the beginning: what was changed during the build is built the next time.
  utimesSync(STAMP, begunAt, begunAt)
}
