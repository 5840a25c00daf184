import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
/** What others may import of a package. */
const DOORS =
  /^packages\/(?:[^/]+\/src\/(?:.*\/)?index|core\/src\/(?:bundle|config|errors|log|metrics|shutdown|tracing))\.ts$/
const KINDS = 'function\\*?|const|let|interface|type|class|enum'
/** What a function is given to work with is wiring: its fields are things that have docstrings of their own. */
const WIRING = /(Deps|Options)$/

interface Found {
  path: string
  name: string
  isTold: boolean
}

const texts = new Map<string, string>()
function read(path: string): string {
  const text = texts.get(path) ?? readFileSync(path, 'utf8')
  texts.set(path, text)
  return text
}

/** Everything that a module exports, each where it is declared. */
function exportsOf(path: string): Found[] {
  const text = read(path)
  const declared = [
    ...text.matchAll(new RegExp(`^export (?:declare |async |abstract )*(?:${KINDS}) (\\w+)`, 'gm')),
  ].map(({ 1: name = '', index }) => ({
    path,
    name,
    isTold: /\*\/(?:\s*\/\/.*)*\s*$/.test(text.slice(Math.max(0, index - 400), index)),
  }))
  const handedOn = [...text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from '(\.[^']*)'/gm)].flatMap(
    ({ 1: what = '', 2: from = '' }) => {
      const found = exportsOf(join(dirname(path), from))
      if (what === '*') return found
      const names = what
        .slice(1, -1)
        .split(',')
        .map((one) =>
          one
            .replace(/^\s*type /, '')
            .split(' as ')[0]
            ?.trim(),
        )
      return found.filter(({ name }) => names.includes(name))
    },
  )
  return [...declared, ...handedOn]
}

/** What routes and pages of an app share. A route's own schema is told in the reference, and a page by its name and what it is given. */
const SHARED =
  /^apps\/(?:worker\/src\/.*|cli\/src\/.*|api\/src\/(?:[^/]+|pages\/[^/]+|(?:plugins|schemas|reference|scim)\/.*))(?<!\.test)\.ts$/
const filesOf = (folder: string, wanted: RegExp) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => wanted.test(path) && !/node_modules|\/dist\//.test(path))

const found = filesOf('packages', DOORS).flatMap((path) => exportsOf(join(ROOT, path)))

it('everything that a package exports says what it is, in which units, and what it throws', () => {
  // That it reads them at all: there are some eight hundred.
  expect(found.length).toBeGreaterThan(700)
  const untold = found.filter(({ name, isTold }) => !isTold && !WIRING.test(name))
  expect(untold.map(({ path, name }) => `${path.slice(ROOT.length + 1)}: ${name}`)).toEqual([])
})

it('everything that routes and pages of an app share says what it is', () => {
  const shared = filesOf('apps', SHARED).flatMap((path) => exportsOf(join(ROOT, path)))
  expect(shared.length).toBeGreaterThan(300)
  const untold = shared.filter(({ name, isTold }) => !isTold && !WIRING.test(name))
  expect(untold.map(({ path, name }) => `${path.slice(ROOT.length + 1)}: ${name}`)).toEqual([])
})
