// Copies what the compiler leaves behind (Lua scripts, styles, pictures) from each package's src to its dist.
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { builtFolders } from './lib/packages.mjs'
import { ROOT } from './lib/place.mjs'

const ASSETS = new Set(['.lua', '.css', '.js', '.svg', '.png', '.ico', '.html'])

for (const folder of builtFolders()) {
  const from = join(ROOT, folder, 'src')
  if (!existsSync(from)) continue
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !ASSETS.has(extname(entry.name))) continue
    const source = join(entry.parentPath ?? entry.path, entry.name)
    const target = join(ROOT, folder, 'dist', source.slice(from.length))
    mkdirSync(dirname(target), { recursive: true })
    cpSync(source, target)
  }
}
