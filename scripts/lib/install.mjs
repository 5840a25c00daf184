import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolders } from './packages.mjs'
import { ROOT, STAMPS } from './place.mjs'
import { runTool } from './run-tool.mjs'
import { Stop } from './say.mjs'

const STAMP = join(STAMPS, 'installed')

/** Whether node_modules is what the lockfile and the package.json files ask for. */
export function isInstalled() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted()
}

/** Installs with the pinned pnpm, which npx brings: nothing has to be on the machine but Node and npm. */
export async function install({ log } = {}) {
  const { code, tail } = await runPnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false'], { log })
  if (code === 127)
    throw new Stop('npx is not on the PATH.', 'It comes with npm: install Node.js with npm, then try again.')
  if (code !== 0) {
    throw new Stop(
      `The packages could not be installed.\n${tail}`,
      'Check that this machine reaches the npm registry (npm ping), then try again.',
    )
  }
  mkdirSync(STAMPS, { recursive: true })
  writeFileSync(STAMP, wanted())
}

function runPnpm(args, options) {
  const { config } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  // With NODE_ENV=production pnpm would leave out what the build needs.
  const env = { ...process.env, NODE_ENV: 'development' }
  return runTool('npx', ['-y', `pnpm@${config.pnpm}`, ...args], { ...options, env })
}

function wanted() {
  const hash = createHash('sha256')
  const manifests = packageFolders().map((folder) => `${folder}/package.json`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(ROOT, file)))
      .update('\0')
  }
  return hash.digest('hex')
}
