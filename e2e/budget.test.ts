import { describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { createLedger } from './support/ledger.ts'
import { startStack } from './support/stack.ts'

const WINDOW_MS = 20_000
const LIMIT = 200
/** What is left to others who use the key: 5 % by default. */
const RESERVE = 10

describe('the quota of a team key', () => {
  it('is used up and never overrun by four workers, in any window, while somebody else takes a tenth', async () => {
    await using stack = await startStack({
      workers: 4,
      emulator: { quota: { hourLimit: LIMIT, windowMs: WINDOW_MS } },
      env: { BUDGET_WINDOW_SECONDS: String(WINDOW_MS / 1_000) },
    })
    const ledger = createLedger()
    const [key] = stack.emulator.keys.slice(-1)
    const foreign: number[] = []
    const spend = () => {
      stack.emulator.spendQuota(key?.keyId ?? '', 1)
      foreign.push(Date.now())
    }
    const other = setInterval(spend, WINDOW_MS / (LIMIT / 10))
    stack.emulator.resetLedgers()
    await ledger.post(stack.api, ledger.joins(600, 'q'))
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { timeoutMs: 150_000, everyMs: 1_000 })
    clearInterval(other)
    const calls = stack.emulator.calls()
    expect(calls.filter(({ status }) => status === 429)).toEqual([])
    const own = calls.map(({ at }) => at)
    const within = (times: number[], until: number) =>
      times.filter((at) => at > until - WINDOW_MS && at <= until).length
    expect(Math.max(...own.map((at) => within(own, at)))).toBeLessThanOrEqual(LIMIT - RESERVE)
    const fullest = Math.max(...own.map((at) => within(own, at) + within(foreign, at)))
    expect(fullest).toBeGreaterThanOrEqual((LIMIT - RESERVE) * 0.97)
  })
})
