import { describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { createLedger } from './support/ledger.ts'
import { startStack } from './support/stack.ts'

const WINDOW_MS = 30_000
const LIMIT = 200
/** A wake-up that is late by half a second costs a thirtieth of this hour; of Apple's it costs nothing. */
const LEAST_USED = 0.9

describe('the quota of a team key', () => {
  it('is never overrun by four workers, and used to what the reserve allows, while somebody else takes a tenth', async () => {
    await using stack = await startStack({
      workers: 4,
      emulator: { quota: { hourLimit: LIMIT, windowMs: WINDOW_MS } },
      env: { BUDGET_WINDOW_SECONDS: String(WINDOW_MS / 1_000) },
    })
    const ledger = createLedger()
    const [key] = stack.emulator.keys.slice(-1)
    const other = setInterval(() => stack.emulator.spendQuota(key?.keyId ?? '', 1), WINDOW_MS / (LIMIT / 10))
    stack.emulator.resetLedgers()
    await ledger.post(stack.api, ledger.joins(600, 'q'))
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { timeoutMs: 150_000, everyMs: 1_000 })
    clearInterval(other)
    const calls = stack.emulator.calls()
    expect(calls.filter(({ status }) => status === 429)).toEqual([])
    const busy = calls.filter(({ at }) => at < (calls.at(-1)?.at ?? 0) - WINDOW_MS)
    const windows = Math.floor(((busy.at(-1)?.at ?? 0) - (busy[0]?.at ?? 0)) / WINDOW_MS)
    const used = calls.filter(({ at }) => at < (calls[0]?.at ?? 0) + windows * WINDOW_MS).length
    const allowed = windows * (LIMIT * 0.95 - LIMIT / 10)
    expect(windows).toBeGreaterThan(1)
    expect(used / allowed).toBeGreaterThan(LEAST_USED)
  })
})
