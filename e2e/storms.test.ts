import { describe, it } from 'vitest'
import type { FaultRule, SettingsPatch } from '@flightroster/emulator'
import { eventually } from '@flightroster/core/testing'
import { createLedger } from './support/ledger.ts'
import { startStack } from './support/stack.ts'

const STORM_MS = 30_000
const PEOPLE = 300

interface Storm {
  name: string
  faults?: FaultRule[]
  settings?: SettingsPatch
}

const storms: Storm[] = [
  {
    name: 'every call answered 500, half of the writes applied',
    faults: [
      { kind: 'status', status: 500, when: 'after', match: { probability: 0.5 } },
      { kind: 'status', status: 500 },
    ],
  },
  { name: '503 from the edge', faults: [{ kind: 'status', status: 503 }] },
  { name: 'HTML pages', faults: [{ kind: 'html' }] },
  { name: 'connections lost before the call is applied', faults: [{ kind: 'drop' }] },
  { name: 'answers lost after the call was applied', faults: [{ kind: 'drop', when: 'after' }] },
  { name: 'answers cut in the middle', faults: [{ kind: 'truncated' }] },
  { name: 'answers that do not fit', faults: [{ kind: 'wrong-shape' }] },
  { name: 'random 401s on a good key', faults: [{ kind: 'status', status: 401, match: { probability: 0.3 } }] },
  { name: '429 with quota left', faults: [{ kind: 'status', status: 429, match: { probability: 0.3 } }] },
  { name: 'unexplained 409s', faults: [{ kind: 'status', status: 409, match: { method: 'POST', probability: 0.5 } }] },
  { name: 'reads that lag by ten seconds', settings: { readLagMs: 10_000 } },
]

describe('a storm in the middle of 300 changes', () => {
  it.concurrent.for(storms)('ends right after $name', { timeout: 900_000 }, async (storm, { expect }) => {
    await using stack = await startStack({ emulator: { latencyMs: 10, quota: { hourLimit: 100_000 } } })
    const ledger = createLedger()
    const people = ledger.joins(PEOPLE, 's')
    await ledger.post(stack.api, people.slice(0, 100))
    const faults = (storm.faults ?? []).map((fault) => stack.emulator.failNext({ forMs: STORM_MS, ...fault }))
    if (storm.settings) stack.emulator.settings(storm.settings)
    await ledger.post(stack.api, people.slice(100))
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { timeoutMs: 400_000, everyMs: 500 })
    await eventually(
      async () => {
        const { body } = await stack.api.get<{ counts: Record<string, number> }>('/v1/rosters/gold')
        expect(body.counts).toMatchObject({ invited: PEOPLE })
      },
      { timeoutMs: 400_000, everyMs: 500 },
    )
    ledger.expectOneMailEach(stack.emulator)
    expect(stack.emulator.violations()).toEqual([])
    // What a change costs, and what a fault costs: the call that met it, and its share of a read.
    const calls = stack.emulator.calls().length
    const met = faults.reduce((sum, { hits }) => sum + hits, 0)
    expect(calls).toBeLessThanOrEqual((PEOPLE + met) * 1.5)
  })
})
