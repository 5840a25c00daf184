import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { formatFailureModes, readTest } from './lib/failure-modes.mjs'
import { ROOT } from './lib/place.mjs'

interface Fault {
  id: string
  fault: string
  seen: string
  does: string
  tests: string[]
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const groups: { group: string; faults: Fault[] }[] = parse(read('docs/failure-modes.yaml'))
const faults = groups.flatMap((group) => group.faults)

/** Whether a source holds a test of that title, and the row in one of its tables. */
function holds(source: string, title: string, row: string | undefined): boolean {
  const text = (words: string) => words.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
  const isTest = new RegExp(`(?:\\b(?:it|test)(?:\\.concurrent)?|\\))\\(\\s*(['"\`])${text(title)}\\1`)
  const isRow = new RegExp(`(['"\`])${text(row ?? '')}\\1`)
  return isTest.test(source) && (row === undefined || isRow.test(source))
}

describe('docs/failure-modes.md', () => {
  it('is what failure-modes.yaml says (else run: node scripts/failure-modes.mjs)', () => {
    expect(read('docs/failure-modes.md')).toBe(formatFailureModes(groups))
  })

  it('tells of each fault once what people see, what is done about it, and by which tests that is known', () => {
    const ids = faults.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
    const bare = faults.filter(({ fault, seen, does, tests }) => ![fault, seen, does, tests?.[0]].every(Boolean))
    expect(bare).toEqual([])
  })

  it.each(faults.map(({ id, tests }) => [id, tests] as const))('names only tests that exist: %s', (_, tests) => {
    const missing = tests.filter((text) => {
      const { file, title, row } = readTest(text)
      return !existsSync(join(ROOT, file)) || !holds(read(file), title, row)
    })
    expect(missing).toEqual([])
  })

  it('would notice a test that is renamed or gone', () => {
    const source = "it.each(CASES)(\n  'stops at %s', () => {})\n['the border', 1]"
    expect(holds(source, 'stops at %s', undefined)).toBe(true)
    expect(holds(source, 'stops at %s', 'the border')).toBe(true)
    expect(holds(source, 'stops at %s', 'the river')).toBe(false)
    expect(holds(source, 'stops', undefined)).toBe(false)
    expect(holds("const words = 'stops at %s'", 'stops at %s', undefined)).toBe(false)
  })

  const catalogue = join(ROOT, '../shared/fault-catalogue.md')
  it.runIf(existsSync(catalogue))(
    'has every fault of the catalogue that lies beside the checkout (skipped where there is none)',
    () => {
      const wanted = [...readFileSync(catalogue, 'utf8').matchAll(/^\| ([A-Z]\d+) \|/gm)].map((match) => match[1])
      expect(wanted.length).toBeGreaterThan(50)
      expect(wanted.filter((id) => !faults.some((fault) => fault.id === id))).toEqual([])
    },
  )
})
