import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
/** What the scripts remember about this checkout's packages and build; goes when node_modules goes. */
export const STAMPS = join(ROOT, 'node_modules', '.flightroster')

/** The folder of one kind of run: its data, secrets and logs. Readable by its owner only. */
export function openPlace(name) {
  const data = join(ROOT, name)
  const logs = join(data, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  return { name, data, logs }
}
