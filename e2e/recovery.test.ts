import { describe, expect, it } from 'vitest'
import { eventually, timePasses } from '@flightroster/core/testing'
import { createLedger } from './support/ledger.ts'
import { startStack } from './support/stack.ts'

// Most of the time they wait for the lease of a dead worker, together.
describe.concurrent('deaths in the middle', () => {
  it('ends as the newest events say after three kills of the worker', async () => {
    await using stack = await startStack({ workers: 0, emulator: { latencyMs: 30 } })
    const ledger = createLedger()
    for (let kill = 0; kill < 3; kill++) {
      const worker = stack.startWorker()
      await ledger.post(stack.api, ledger.joins(100, `k${kill}`))
      const before = stack.emulator.calls().length
      await eventually(() => expect(stack.emulator.calls().length).toBeGreaterThan(before + 20))
      await worker.stop('SIGKILL')
    }
    stack.startWorker()
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 500 })
    expect(stack.emulator.violations()).toEqual([])
    ledger.expectOneMailEach(stack.emulator)
  })

  it('keeps what was answered with 202 when the API is killed right after', async () => {
    await using stack = await startStack({ workers: 0 })
    const ledger = createLedger()
    await ledger.post(stack.api, ledger.joins(50, 'a'))
    await stack.killApi()
    stack.startWorker()
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 300 })
  })

  it('keeps every 202 when Redis is killed in a burst and started again', async () => {
    await using stack = await startStack()
    const ledger = createLedger()
    const burst = Array.from({ length: 60 }, async (_, at) => {
      await timePasses(at * 10)
      await ledger.postOnce(stack.api, ledger.joins(3, `b${at}`)).catch(() => {})
    })
    await eventually(() => expect(ledger.size()).toBeGreaterThan(0))
    await stack.redis.kill()
    await timePasses(500)
    await stack.redis.restart()
    await Promise.all(burst)
    expect(ledger.size()).toBeGreaterThan(0)
    await eventually(() => ledger.expectAllIn(stack.emulator, stack.group), { everyMs: 500 })
  })
})

describe.concurrent('order and repetition', () => {
  it('ends as the newest event of each member says, however 200 members’ events arrive, with four workers', async () => {
    await using stack = await startStack({ workers: 4 })
    const ledger = createLedger(7)
    const events = ledger.lives(200)
    const shuffled = ledger.shuffle([...events, ...events.slice(0, 100)])
    for (let from = 0; from < shuffled.length; from += 40) await ledger.post(stack.api, shuffled.slice(from, from + 40))
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 500 })
    expect(ledger.overlappingWrites(stack.emulator)).toEqual([])
  })
})
