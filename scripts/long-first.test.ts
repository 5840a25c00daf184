import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

it('each test file that vitest.config.ts names is there', () => {
  const config = readFileSync(join(ROOT, 'vitest.config.ts'), 'utf8')
  const named = [...config.matchAll(/'([\w/-]+\/[\w/.-]+\.test\.ts)'/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
