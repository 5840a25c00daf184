import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'

/** A file's text; `-` is standard input. */
export const readInput = (path: string): Promise<string> =>
  path === '-' ? text(process.stdin) : readFile(path, 'utf8')
