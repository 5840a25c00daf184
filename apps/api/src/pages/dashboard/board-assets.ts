import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
}

export interface Asset {
  type: string
  content: Buffer
}

/** What we add to its page: names for its buttons, and texts that can be read. */
export const OWN_ASSETS = ['board-names.js', 'board-names.css'] as const

/** Bull Board's scripts and styles, and ours. The list is read once, so no path can lead out of it; files are read when first asked for. */
export function createBoardAssets(folder: string): (name: string) => Asset | undefined {
  const known = new Map<string, Asset | null>()
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (TYPES[extname(entry)]) known.set(entry.split(sep).join('/'), null)
  }
  for (const name of OWN_ASSETS) known.set(name, read(fileURLToPath(new URL(name, import.meta.url))))
  return (name) => {
    const asset = known.get(name)
    if (asset !== null) return asset
    const found = read(join(folder, name))
    known.set(name, found)
    return found
  }
}

const read = (path: string): Asset => ({ type: TYPES[extname(path)] ?? '', content: readFileSync(path) })
