import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const WRITERS = ['apps/api/src', 'apps/worker/src', 'packages/core/src', 'packages/app-store-connect/src']
const NAME = /^[a-z_]+\.[a-z_]+$/
const LEVELS: Record<string, string> = {
  debug: 'debug',
  info: 'info',
  warn: 'warning',
  error: 'error',
  fatal: 'error',
}
/** Calls that take their name from a type: by the words they name it with. */
const NAMED_BY_TYPE: Record<string, string[]> = {
  'event: type': ['build.available', 'build.expiring', 'build.run_out'],
}

interface Line {
  level: string
  fields: string[]
}

/** What stands in brackets that open at `from`, without them. */
function inBrackets(source: string, from: number): string {
  let depth = 0
  let at = from
  do {
    if ('([{'.includes(source[at] ?? '')) depth++
    if (')]}'.includes(source[at] ?? '')) depth--
    at++
  } while (depth > 0 && at < source.length)
  return source.slice(from + 1, at - 1)
}

/** Parts between commas that are in no brackets of their own. */
function parts(text: string): string[] {
  const found: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    if ('([{'.includes(letter)) depth++
    if (')]}'.includes(letter)) depth--
    if (letter === ',' && depth === 0) {
      found.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...found, text.slice(from)].map((part) => part.replace(/^\s*(?:\/\/.*\n\s*)*/, '').trim()).filter(Boolean)
}

/** Fields of an object as it is written; of a spread, those of each object in it. */
function fieldsOf(object: string): string[] {
  return parts(object).flatMap((part) => {
    if (!part.startsWith('...')) return [/^\w+/.exec(part)?.[0] ?? part]
    return [...part.matchAll(/\{/g)].flatMap(({ index }) => fieldsOf(inBrackets(part, index)))
  })
}

/** An object, or the name of one that is written in the same file. */
function readObject(written: string, source: string): string[] | undefined {
  if (written.startsWith('{')) return fieldsOf(inBrackets(written, 0))
  const declared = new RegExp(`\\b(?:const|let) ${written}(?:: [^=]+)? = \\{`).exec(source)
  return declared ? fieldsOf(inBrackets(source, declared.index + declared[0].length - 1)) : undefined
}

/** Lines that API, worker and what they are made of write, by their names. */
function linesInSource(): Map<string, Line[]> {
  const lines = new Map<string, Line[]>()
  const add = (name: string, line: Line) => lines.set(name, [...(lines.get(name) ?? []), line])
  for (const folder of WRITERS) {
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.includes('.test.')) continue
      const source = readFileSync(join(ROOT, folder, file), 'utf8')
      for (const { index, 0: head, 1: method = '' } of source.matchAll(
        /\b(?:log|logger)\??\.(debug|info|warn|error|fatal)\(/g,
      )) {
        const call = inBrackets(source, index + head.length - 1)
        const [first = '', second = ''] = parts(call)
        const fields = (readObject(first, source) ?? []).filter((field) => field !== 'event')
        const [, name] = /event: '([^']+)'/.exec(first) ?? /^'([^']+)'$/.exec(second || first) ?? []
        const names = Object.entries(NAMED_BY_TYPE).flatMap(([words, all]) => (call.includes(words) ? all : []))
        if (name !== undefined && NAME.test(name)) names.push(name)
        for (const one of names) add(one, { level: LEVELS[method] ?? method, fields })
        if (names.length === 0) add(`a sentence in ${file}`, { level: LEVELS[method] ?? method, fields })
      }
    }
  }
  return lines
}

interface Row {
  levels: string[]
  fields: string[]
}

function rowsOfDocument(): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const line of readFileSync(join(ROOT, 'docs/logs.md'), 'utf8').split('\n')) {
    const [, name, levels = '', , holds = ''] = /^\| `([a-z_.]+)` \| ([a-z, ]+) \| (.*) \| (.*)\|$/.exec(line) ?? []
    if (name === undefined) continue
    rows.set(name, {
      levels: levels.split(', '),
      fields: [...holds.matchAll(/`(\w+)`/g)].map(([, field = '']) => field),
    })
  }
  return rows
}

const written = linesInSource()
const documented = rowsOfDocument()
const named = [...written].filter(([name]) => NAME.test(name))

describe('docs/logs.md', () => {
  it('has every line of the log by its name, and none that is not written', () => {
    expect([...documented.keys()].sort()).toEqual(named.map(([name]) => name).sort())
  })

  it.each(named)('says of %s at which levels it is written, and what it holds', (name, lines) => {
    const row = documented.get(name)
    const sorted = (all: string[]) => [...new Set(all)].sort()
    expect(sorted(row?.levels ?? [])).toEqual(sorted(lines.map(({ level }) => level)))
    expect(sorted(row?.fields ?? [])).toEqual(sorted(lines.flatMap(({ fields }) => fields)))
  })

  it('is right that a line without a name is a sentence about a fault, with the fault', () => {
    const others = [...written]
      .filter(([name]) => !NAME.test(name))
      .flatMap(([name, all]) => all.map((line) => ({ name, ...line })))
    expect(others.filter(({ fields, level }) => !fields.includes('err') && level !== 'error')).toEqual([])
  })
})
