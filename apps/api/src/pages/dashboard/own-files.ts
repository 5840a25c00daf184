import { readFileSync } from 'node:fs'

/** What we add to its page: names for its buttons, and texts that can be read. */
export const OWN_FILES = {
  'board-names.js': 'text/javascript; charset=utf-8',
  'board-names.css': 'text/css; charset=utf-8',
} as const

export const readOwnFile = (name: string) => readFileSync(new URL(name, import.meta.url))
