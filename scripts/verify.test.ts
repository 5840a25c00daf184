import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

it('a commit is checked by everything that needs no server, the linter of the API’s reference among it', () => {
  expect(scripts['verify']?.split(' && ')).toEqual([
    'oxfmt --check .',
    'pnpm lint',
    'pnpm words',
    'pnpm build',
    'pnpm knip',
    'pnpm test:pure',
  ])
  // All of the pure project: no path, and no name of a test, is chosen.
  expect(scripts['test:pure']).toMatch(/^vitest run --project pure --reporter=\S+$/)
  expect(existsSync(join(ROOT, 'apps/api/src/openapi-lint.test.ts'))).toBe(true)
})
