import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './place.mjs'

/** Where people read: sources and documents. Tests have words of their own, and what is generated follows from its source. */
const READ = [/^(?:apps|packages)\/[^/]+\/(?:src|README\.md)/, /^docs\//, /^scripts\//, /^examples\//, /^[A-Z]+\.md$/]
const NOT_READ =
  /\.(?:redis\.)?test\.ts$|\/generated\/|^docs\/(?:style|errors)\.md$|^docs\/failure-modes\.(?:md|yaml)$|^CHANGELOG\.md$/
const KINDS = /\.(?:ts|mjs|md|ya?ml|html|css)$/
const SKIPPED = new Set(['node_modules', 'dist', '.git', 'screenshots'])

/** The table of docs/style.md: [{ pattern, better }]. A `|` in a pattern is written `\|` there. */
export function readWords(style = readFileSync(join(ROOT, 'docs/style.md'), 'utf8')) {
  return [...style.matchAll(/^\| `(.+)` \| (.+) \|$/gm)].map(([, pattern = '', better = '']) => ({
    pattern: new RegExp(pattern.replaceAll('\\|', '|'), 'i'),
    better,
  }))
}

/** Each place with a word of the list: [{ place, found, better }]. */
export function findWords(text, file, words) {
  return text.split('\n').flatMap((line, at) =>
    words.flatMap(({ pattern, better }) => {
      const found = pattern.exec(line)?.[0]
      return found === undefined ? [] : [{ place: `${file}:${at + 1}`, found, better }]
    }),
  )
}

export function checkWords() {
  const words = readWords()
  const files = [...walk('')].filter((file) => READ.some((one) => one.test(file)) && !NOT_READ.test(file))
  return files.flatMap((file) => findWords(readFileSync(join(ROOT, file), 'utf8'), file, words))
}

function* walk(folder) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* walk(path)
    else if (KINDS.test(entry.name)) yield path
  }
}
