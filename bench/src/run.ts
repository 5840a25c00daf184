// pnpm bench: every benchmark, one after the other. pnpm bench NAME: that one.
import { spawnTied } from '@flightroster/core/testing'
import { once } from 'node:events'
import { resolve } from 'node:path'

const BENCHMARKS = [
  'start',
  'intake',
  'latency',
  'calls',
  'budget',
  'throughput',
  'lanes',
  'scaling',
  'cluster',
  'pages',
  'members',
  'whole-rosters',
  'storage',
  'shares',
  'tenants',
  'scim',
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !BENCHMARKS.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark "${unknown.join('", "')}"; there are ${BENCHMARKS.join(', ')}.\n`)
  process.exit(1)
}

for (const name of wanted.length > 0 ? wanted : BENCHMARKS) {
  const begun = performance.now()
  process.stdout.write(`\n## ${name}\n`)
  const file = resolve(import.meta.dirname, `${name}.ts`)
  const args = ['--import', import.meta.resolve('tsx'), '--conditions=source', file]
  const child = spawnTied(process.execPath, args, { output: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  process.stdout.write(`\n(${Math.round((performance.now() - begun) / 1_000)} s)\n`)
  if (code !== 0) process.exit(code ?? 1)
}
