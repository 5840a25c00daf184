import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'

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

/** Bull Board's scripts and styles. The list is read once, so no path can lead out of it; files are read when first asked for. */
export function createBoardAssets(folder: string): (name: string) => Asset | undefined {
  const known = new Map<string, Asset | null>()
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (TYPES[extname(entry)]) known.set(entry.split(sep).join('/'), null)
  }
  return (name) => {
    const asset = known.get(name)
    if (asset !== null) return asset
    const read = { type: TYPES[extname(name)] ?? '', content: readFileSync(join(folder, name)) }
    known.set(name, read)
    return read
  }
}
