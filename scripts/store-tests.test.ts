import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const STORE = resolve(import.meta.dirname, '../packages/core/src/store')
const paths = readdirSync(STORE, { recursive: true, encoding: 'utf8' }).map((path) => join(STORE, path))
const read = (path: string) => readFileSync(path, 'utf8')
const sources = paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
const tests = paths.filter((path) => path.endsWith('.test.ts'))

/** A script and the files that run it: those that name it as a script of their own, which is the first that `defineScript` is given. */
const scripts = sources.flatMap((owner) =>
  [...read(owner).matchAll(/defineScript\(\s*import\.meta\.url,\s*'([^']+\.lua)'/g)].map(([, script = '']) => ({
    owner,
    script: resolve(dirname(owner), script),
  })),
)

// By its name, or by what it imports: the file itself, or one beside it that is made of it.
const imports = (path: string, owner: string) =>
  dirname(path) === dirname(owner) && read(path).includes(`'./${basename(owner)}'`)
const isTestedBy = (owner: string, by: string[]) =>
  by.some(
    (test) =>
      test === owner.replace(/\.ts$/, '.redis.test.ts') ||
      imports(test, owner) ||
      sources.some((between) => imports(test, between) && imports(between, owner)),
  )

it('every script of the store has a test beside the file that runs it', () => {
  expect(scripts.length).toBeGreaterThan(40)
  const withServer = tests.filter((path) => path.endsWith('.redis.test.ts'))
  const untested = scripts.filter(({ owner }) => !isTestedBy(owner, withServer))
  expect(untested.map(({ owner, script }) => `${basename(script)} of ${owner.slice(STORE.length + 1)}`)).toEqual([])
})

it('every kind of record has a test beside the file that reads it', () => {
  const readers = sources.filter((path) => /\b(?:readJson|createRegister)\(/.test(read(path)))
  expect(readers.length).toBeGreaterThan(25)
  expect(readers.filter((owner) => !isTestedBy(owner, tests)).map((path) => path.slice(STORE.length + 1))).toEqual([])
})
