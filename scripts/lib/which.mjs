import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where package managers put it, beside the PATH. */
const USUAL = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin']

export function which(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...USUAL]
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
