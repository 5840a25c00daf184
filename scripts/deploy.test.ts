import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../packages/core/src/metrics.ts'

const ROOT = join(import.meta.dirname, '..')
const FILES = ['deploy/prometheus/alerts.yml', 'deploy/grafana/flightroster.json', 'docs/metrics.md']

const metrics = createMetrics({ process: true })
const known = new Set(
  metrics.registry.getMetricsAsArray().flatMap(({ name }) => [name, `${name}_count`, `${name}_bucket`, `${name}_sum`]),
)

describe('what is written about metrics', () => {
  it.each(FILES)('%s names only metrics that exist', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    const named = [...text.matchAll(/flightroster_[a-z0-9_]+/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !known.has(name) && !name.endsWith('_'))).toEqual([])
  })

  it('docs/metrics.md tells every metric of ours', () => {
    const text = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8')
    const ours = createMetrics({ process: false }).registry.getMetricsAsArray()
    expect(ours.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })
})
