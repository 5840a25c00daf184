import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const WRITERS = ['apps/api/src', 'apps/worker/src', 'packages/core/src', 'packages/app-store-connect/src']
const NAME = /^[a-z_]+\.[a-z_]+$/

/** The arguments of each call of a log, as they are written. */
function* logCalls(source: string): Generator<string> {
  for (const { index, 0: head } of source.matchAll(/\blog\.(?:debug|info|warn|error)\(/g)) {
    let depth = 1
    let at = index + head.length
    for (; depth > 0 && at < source.length; at++) depth += source[at] === '(' ? 1 : source[at] === ')' ? -1 : 0
    yield source.slice(index, at)
  }
}

/** Names of lines that API, worker and what they are made of write. */
function namesInSource(): string[] {
  const names = new Set<string>()
  const files = WRITERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(ROOT, folder, file)),
  )
  for (const file of files) {
    if (!file.endsWith('.ts') || file.includes('.test.')) continue
    const source = readFileSync(file, 'utf8')
    for (const [, name = ''] of source.matchAll(/\bevent: '([^']+)'/g)) if (NAME.test(name)) names.add(name)
    for (const call of logCalls(source))
      for (const [, name = ''] of call.matchAll(/'([^']+)'/g)) if (NAME.test(name)) names.add(name)
  }
  return [...names].sort()
}

it('docs/logs.md has every line of the log by its name, and none that is not written', () => {
  const table = readFileSync(join(ROOT, 'docs/logs.md'), 'utf8').matchAll(/^\| `([a-z_.]+)` \|/gm)
  expect([...table].map(([, name]) => name).sort()).toEqual(namesInSource())
})
