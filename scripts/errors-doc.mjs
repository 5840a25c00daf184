// Writes docs/errors.md from the table of errors; `--check` only tells whether it is up to date. Run after a build.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatErrorsDoc } from './lib/errors-doc.mjs'
import { ROOT } from './lib/place.mjs'

const { ERROR_RULES } = await import('../packages/core/dist/errors.js')
const path = join(ROOT, 'docs/errors.md')
const wanted = formatErrorsDoc(ERROR_RULES)

if (!process.argv.includes('--check')) {
  writeFileSync(path, wanted)
} else if (readFileSync(path, 'utf8') !== wanted) {
  console.error('docs/errors.md is not what packages/core/src/errors.ts says; run: node scripts/errors-doc.mjs')
  process.exit(1)
}
