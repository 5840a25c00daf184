import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const alone = ['apps', 'packages', 'scripts']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .filter(
    (path) =>
      path.endsWith('.test.ts') &&
      !/node_modules|dist/.test(path) &&
      /\bvi\.(?:do)?[mM]ock\(|\bmemoryUsage\(/.test(read(path)),
  )

it('whoever puts another module in one’s place or measures memory is run alone: elsewhere modules are loaded already, and stay for the next file', () => {
  const [, list = ''] = /^const ALONE = \[([^\]]*)\]/m.exec(read('vitest.config.ts')) ?? []
  const listed = [...list.matchAll(/'([^']+)'/g)].map(([, path]) => path)
  expect(listed.sort()).toEqual(alone.filter((path) => path !== 'scripts/mocks.test.ts').sort())
})
