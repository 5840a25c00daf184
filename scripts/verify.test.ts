import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CHECKS } from './lib/checks.mjs'

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

it('a commit is checked by everything that needs no server, the linter of the API’s reference among it', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  expect(scripts['verify']).toBe('exec node scripts/verify.mjs')
  const names = CHECKS.flat().map(({ name }) => name)
  expect(names.toSorted()).toEqual(['format', 'knip', 'knip-production', 'lint', 'types'])
  // All of the pure project, the words of docs/style.md among it: no path, and no name of a test, is chosen.
  expect(read('scripts/verify.mjs')).toMatch(/'run',\s+'--project',\s+'pure',\s+`--reporter=\$\{QUIET\}`,\s+\]\)/)
  for (const path of ['apps/api/src/openapi-lint.test.ts', 'scripts/words.test.ts'])
    expect(existsSync(join(ROOT, path))).toBe(true)
})
