import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from './lib/place.mjs'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const config = read('packages/core/src/config.ts')

function fieldsOf(name: string): string[] {
  const [, body = ''] = new RegExp(`interface ${name}[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(config) ?? []
  return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, field = '']) => field)
}

/** What is given the settings as a whole, and takes these of them. */
const HANDED_ON: Record<string, string[]> = {
  'startMetricsServer(config': ['host', 'metricsPort'],
  'warnOfShortToken(config': ['adminToken'],
}

it.each([
  ['ApiConfig', 'apps/api/src/run.ts'],
  ['WorkerConfig', 'apps/worker/src/run.ts'],
])('every setting of %s is used in %s: none is read from the environment and dropped', (name, path) => {
  const run = read(path)
  const used = new Set([...run.matchAll(/\bconfig\.(\w+)/g)].map(([, field = '']) => field))
  for (const [, list = ''] of run.matchAll(/const \{([^}]*)\} = config\b/g))
    for (const part of list.split(',')) used.add(/\w+/.exec(part)?.[0] ?? '')
  for (const [call, fields] of Object.entries(HANDED_ON))
    if (run.includes(call)) for (const field of fields) used.add(field)
  const fields = [...fieldsOf('CoreConfig'), ...fieldsOf(name)]
  expect(fields.length).toBeGreaterThan(20)
  expect(fields.filter((field) => !used.has(field))).toEqual([])
})
