// In the image only: takes out of node_modules what no process of it can load. Run in the folder that holds node_modules.
import { existsSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

const ROOT = process.cwd()
const STORE = join(realpathSync(ROOT), 'node_modules/.pnpm')
/** A browser loads one file of it, which holds all that it needs. */
const FOR_BROWSERS = new Map([['openapi-explorer', 'dist/browser/openapi-explorer.min.js']])
/** Sources, types, maps and manuals; licences stay. */
const NOT_RUN = /\.(?:map|md|markdown|ts|mts|cts|flow)$/
/** Folders at the top of a package that none of its programs loads. */
const NOT_LOADED = new Set([
  'test',
  'tests',
  '__tests__',
  'docs',
  'examples',
  'example',
  'benchmark',
  'benchmarks',
  'bench',
])
const KEPT = /^(?:licen[cs]e|notice|copying|copyright)/i

const list = (folder) => (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])

/** The links of a node_modules folder, those of scopes as well. */
function linksIn(folder) {
  return list(folder).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('@') && entry.isDirectory()) return linksIn(path)
    return entry.isSymbolicLink() ? [path] : []
  })
}

/** The folder of a package in the store, such as .pnpm/fastify@5.12.8; undefined for one of the workspace. */
function inStore(link) {
  const target = resolve(dirname(link), readlinkSync(link))
  return target.startsWith(`${STORE}/`) ? join(STORE, target.slice(STORE.length + 1).split('/')[0]) : undefined
}

const loaded = new Set()
function load(link) {
  const folder = inStore(link)
  if (!folder || loaded.has(folder)) return
  loaded.add(folder)
  if (!FOR_BROWSERS.has(basename(link))) linksIn(join(folder, 'node_modules')).forEach(load)
}

function removeFiles(folder, isWanted) {
  for (const entry of list(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removeFiles(path, isWanted)
    else if (entry.isFile() && !isWanted(path, entry.name)) rmSync(path)
  }
}

/** What is in a folder of the store itself, and no link to another one. */
function packagesIn(folder) {
  return list(folder)
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => (name.startsWith('@') ? packagesIn(join(folder, name)) : [join(folder, name)]))
}

const workspace = [
  '.',
  ...['apps', 'packages'].flatMap((group) => list(join(ROOT, group)).map(({ name }) => join(group, name))),
]
for (const folder of workspace) linksIn(join(realpathSync(ROOT), folder, 'node_modules')).forEach(load)

for (const { name } of list(STORE)) {
  const folder = join(STORE, name)
  if (name.includes('@') && !loaded.has(folder)) rmSync(folder, { recursive: true })
}
for (const folder of loaded) {
  for (const home of packagesIn(join(folder, 'node_modules'))) {
    for (const { name } of list(home)) {
      if (NOT_LOADED.has(name)) rmSync(join(home, name), { recursive: true })
    }
  }
  removeFiles(folder, (_, name) => KEPT.test(name) || !NOT_RUN.test(name))
  for (const [name, file] of FOR_BROWSERS) {
    const home = join(folder, 'node_modules', name)
    removeFiles(home, (path, own) => KEPT.test(own) || path === join(home, file) || path === join(home, 'package.json'))
  }
}

// Of ours, the maps of what is run stay: they tell the lines of a stack.
for (const folder of workspace) {
  const isRun = (path) => path.includes('/dist/bundle/') || !/\.(?:d\.ts|map|tsbuildinfo)$/.test(path)
  removeFiles(join(realpathSync(ROOT), folder, 'dist'), isRun)
}
