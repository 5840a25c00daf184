import { expect, it } from 'vitest'
import { createMetrics, measureLane, measureStore } from './metrics.ts'
import type { LaneStore } from './store/index.ts'

/** What Prometheus reads of one metric. */
const value = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(`flightroster_${name}`))

it('members for whom the law of a lane had to be kept are counted, from nothing on', async () => {
  const metrics = createMetrics({ process: false })
  expect(await value(metrics, 'members_recovered_total')).toEqual(['flightroster_members_recovered_total 0'])
  const lane = { recordStranded: async () => 3 } as Partial<LaneStore> as LaneStore
  expect(await measureLane(lane, metrics).recordStranded('token', {} as never, [])).toBe(3)
  expect(await value(metrics, 'members_recovered_total')).toEqual(['flightroster_members_recovered_total 3'])
})

it.each([
  ['done', 'recorded', 'installed', 'flightroster_converged_total{outcome="installed"} 1'],
  ['later', 'recorded', 'invited', 'flightroster_converged_total{outcome="later"} 1'],
  ['done', 'lost', 'installed', ''],
])('a turn that ends as %s, and is %s, is counted by what became of it', async (ending, recorded, status, line) => {
  const metrics = createMetrics({ process: false })
  const lane = { recordOutcome: async () => recorded } as Partial<LaneStore> as LaneStore
  await measureLane(lane, metrics).recordOutcome('token', { ending, status } as never)
  expect((await value(metrics, 'converged_total')).join('')).toBe(line)
})

it('whether a process can use its store is read each time somebody asks', async () => {
  const metrics = createMetrics({ process: false })
  let state = 'usable'
  measureStore(metrics, { report: () => ({ state }) })
  expect(await value(metrics, 'store_usable')).toEqual(['flightroster_store_usable 1'])
  state = 'unreachable'
  expect(await value(metrics, 'store_usable')).toEqual(['flightroster_store_usable 0'])
})

it('whoever asks while they are being read shares that reading, and whoever asks later has one of their own', async () => {
  const metrics = createMetrics({ process: false })
  let readings = 0
  metrics.collectWith(async () => void readings++)
  const texts = await Promise.all(Array.from({ length: 40 }, () => metrics.text()))
  expect([readings, new Set(texts).size]).toEqual([1, 1])
  await metrics.text()
  expect(readings).toBe(2)
})
