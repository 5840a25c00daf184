import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
/** More than this nobody keeps in mind: it is split by what its parts are about, tests and their tables too. */
const MOST_LINES = 350

const sources = ['apps', 'packages', 'scripts', 'e2e', 'bench'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => /\.(?:ts|mjs|lua)$/.test(path) && !/node_modules|dist|generated/.test(path)),
)

it(`no source is longer than ${MOST_LINES} lines`, () => {
  expect(sources.length).toBeGreaterThan(1_300)
  const linesOf = (path: string) => readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1
  expect(sources.filter((path) => linesOf(path) > MOST_LINES)).toEqual([])
})
