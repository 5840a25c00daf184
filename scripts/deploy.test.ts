import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createLaneMetrics, createMetrics } from '../packages/core/src/metrics.ts'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const FILES = ['deploy/prometheus/alerts.yml', 'deploy/grafana/flightroster.json', 'docs/metrics.md', 'docs/runbook.md']

/** Those of both processes, with what the API adds. */
function registryOf(options: { process: boolean }) {
  const metrics = createMetrics(options)
  createLaneMetrics(metrics)
  return metrics.registry.getMetricsAsArray()
}
const known = new Set(
  registryOf({ process: true }).flatMap(({ name }) => [name, `${name}_count`, `${name}_bucket`, `${name}_sum`]),
)

interface Alert {
  alert: string
  annotations: Record<string, string>
  labels: { severity: string }
}
const alerts = (parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
  ({ rules }) => rules,
)

describe('what is written about metrics', () => {
  it.each(FILES)('%s names only metrics that exist', (file) => {
    const named = [...read(file).matchAll(/flightroster_[a-z0-9_]+/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !known.has(name) && !name.endsWith('_'))).toEqual([])
  })

  it('docs/metrics.md tells every metric of ours', () => {
    const text = read('docs/metrics.md')
    const ours = registryOf({ process: false }).map(({ name }) => name)
    expect(ours.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  it.each(FILES)('%s asks for no value of a label that docs/metrics.md does not list for it', (file) => {
    const rows = read('docs/metrics.md')
      .split('\n')
      .flatMap((line) => {
        const [, name, label, values] = /^\| `(\w+)` \| \w+ \| `(\w+)`: ([^|]+) \|/.exec(line) ?? []
        return name && label && values ? [{ name, label, values: values.split(', ') }] : []
      })
    const asked = [...read(file).matchAll(/(flightroster_\w+)\{(\w+)=~?\\?"([^"\\]+)\\?"\}/g)].flatMap(
      ([, name, label, values = '']) => values.split('|').map((value) => ({ name, label, value })),
    )
    const unknown = asked.filter(({ name, label, value }) =>
      rows.some((row) => row.name === name && row.label === label && !row.values.includes(value)),
    )
    expect(rows.length).toBeGreaterThan(3)
    expect(unknown).toEqual([])
  })

  it('a worker tells nothing of what only the API knows', () => {
    const worker = createMetrics({ process: false }).registry.getMetricsAsArray()
    expect(worker.map(({ name }) => name)).not.toContain('flightroster_lanes')
  })
})

describe('the alerts', () => {
  it.each(alerts)('$alert has its section in the runbook, with whom to wake', ({ alert, annotations }) => {
    expect(annotations['runbook_url']).toBe(`docs/runbook.md#${alert.toLowerCase()}`)
    const section = read('docs/runbook.md').split(`\n## ${alert}\n`)[1]?.split('\n## ')[0] ?? ''
    for (const part of ['What it means', 'What to look at', 'What to do', 'Whom to wake'])
      expect(section).toContain(`**${part}.**`)
  })

  it('each have a test of firing, and one of being silent', () => {
    const { tests } = parse(read('deploy/prometheus/alerts.test.yml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[]
    }
    const cases = tests.flatMap((one) => one.alert_rule_test)
    const tested = (isFiring: boolean) =>
      cases.filter(({ exp_alerts }) => exp_alerts.length > 0 === isFiring).map(({ alertname }) => alertname)
    const names = alerts.map(({ alert }) => alert)
    expect([...new Set(tested(true))].sort()).toEqual([...names].sort())
    expect([...new Set(tested(false))].sort()).toEqual([...names].sort())
  })

  it('pass them (promtool; skipped where it is not installed)', ({ skip }) => {
    skip(!hasPromtool(), 'promtool is not installed: apt-get install prometheus')
    const said = execFileSync('promtool', ['test', 'rules', 'alerts.test.yml'], {
      cwd: join(ROOT, 'deploy/prometheus'),
      encoding: 'utf8',
    })
    expect(said).toContain('SUCCESS')
  })
})

describe('the dashboard', () => {
  const { panels } = JSON.parse(read('deploy/grafana/flightroster.json')) as {
    panels: {
      id: number
      type: string
      title: string
      gridPos: Record<'x' | 'y' | 'w' | 'h', number>
      targets?: { expr: string }[]
    }[]
  }

  it('has panels that ask for something, each with its own place', () => {
    const asking = panels.filter(({ type }) => type !== 'row')
    expect(asking.filter(({ targets }) => !targets?.length || targets.some(({ expr }) => !expr))).toEqual([])
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
    )
    expect(new Set(places).size).toBe(places.length)
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24)
  })

  it('asks what Prometheus understands (promtool; skipped where it is not installed)', ({ skip }) => {
    skip(!hasPromtool(), 'promtool is not installed: apt-get install prometheus')
    const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    const rules = asked.map((expr, at) => ({ record: `panel:number_${at}`, expr }))
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
    const file = join(folder, 'rules.yml')
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
    const said = execFileSync('promtool', ['check', 'rules', '--lint=none', file], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    expect(said).toContain(`${asked.length} rules`)
  })
})

function hasPromtool(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
