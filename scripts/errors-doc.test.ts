import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ERROR_RULES } from '../packages/core/src/errors.ts'
import { formatErrorsDoc } from './lib/errors-doc.mjs'
import { ROOT } from './lib/place.mjs'

const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')

test('docs/errors.md is what the table of errors says (else run: node scripts/errors-doc.mjs)', () => {
  expect(page).toBe(formatErrorsDoc(ERROR_RULES))
})

test.each(Object.keys(ERROR_RULES))('docs/errors.md names %s once', (code) => {
  expect(page.split(`| \`${code}\` |`)).toHaveLength(2)
})
