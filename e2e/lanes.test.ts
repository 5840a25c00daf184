import { describe, expect, it } from 'vitest'
import { eventually, timePasses } from '@flightroster/core/testing'
import type { Member } from './support/api.ts'
import { createLedger } from './support/ledger.ts'
import { startStack } from './support/stack.ts'

const LEASE_MS = 15_000

// They wait for leases that run out, together.
describe.concurrent('a lane and its workers', () => {
  it('makes no write at Apple once a worker that is cut off from the store can no longer prove its lease', async () => {
    await using stack = await startStack({ emulator: { latencyMs: 300 } })
    const ledger = createLedger()
    await ledger.post(stack.api, ledger.joins(400, 'c'))
    await eventually(() => expect(stack.emulator.groupMembers(stack.group).length).toBeGreaterThan(5))
    stack.redis.freeze()
    const frozenAt = Date.now()
    await timePasses(LEASE_MS + 10_000)
    const late = stack.emulator.calls().filter(({ method, at }) => method !== 'GET' && at > frozenAt + LEASE_MS)
    expect(late).toEqual([])
    stack.redis.thaw()
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { timeoutMs: 120_000, everyMs: 1_000 })
    ledger.expectOneMailEach(stack.emulator)
  })

  it('parks a change whose worker died three times, and carries out all others', async () => {
    await using stack = await startStack({ workers: 0 })
    const ledger = createLedger()
    const creates = { path: '/v1/betaTesters', method: 'POST' }
    // Held back and never applied: nothing but the death of the worker comes of it.
    const held = { match: creates, kind: 'delay', when: 'before', delayMs: 60_000 } as const
    const slow = stack.emulator.failNext({ times: 30, ...held })
    await ledger.post(stack.api, ledger.joins(1, 'poison'))
    for (let death = 1; death <= 3; death++) {
      const worker = stack.startWorker()
      const hits = slow.hits
      await eventually(() => expect(slow.hits).toBeGreaterThan(hits), { everyMs: 20 })
      await worker.stop('SIGKILL')
    }
    stack.emulator.clearFaults()
    await ledger.post(stack.api, ledger.joins(9, 'p'))
    stack.startWorker()
    await eventually(
      async () => {
        const members = await stack.api.all<Member>('/v1/rosters/gold/members')
        const parked = members.filter(({ problem }) => problem?.code === 'job_parked')
        expect(parked.map(({ id, status }) => [id, status])).toEqual([['poison-0', 'failed']])
        expect(members.filter(({ status }) => status === 'invited')).toHaveLength(9)
      },
      { timeoutMs: 120_000, everyMs: 1_000 },
    )
  })

  it('serves an event that lands while the member’s own change is under way, though the worker dies right after', async () => {
    await using stack = await startStack({ workers: 0, emulator: { latencyMs: 800 } })
    const ledger = createLedger()
    const [join] = ledger.joins(1, 'e')
    if (!join) throw new Error('no event')
    const worker = stack.startWorker()
    await ledger.post(stack.api, [join])
    await eventually(() => expect(stack.emulator.calls().some(({ method }) => method === 'POST')).toBe(true), {
      everyMs: 5,
    })
    await ledger.post(stack.api, [
      { ...join, id: 'left', type: 'member.left', time: new Date(Date.parse(join.time) + 1_000).toISOString() },
    ])
    await worker.stop('SIGKILL')
    stack.startWorker()
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 500 })
    await eventually(
      async () => {
        const { body } = await stack.api.get<Member>('/v1/rosters/gold/members/e-0')
        expect(body.status).toBe('removed')
      },
      { everyMs: 500 },
    )
    expect(stack.emulator.groupMembers(stack.group)).toEqual([])
  })

  it('visits a lane with work though the ready index was lost', async () => {
    await using stack = await startStack({ workers: 0 })
    const ledger = createLedger()
    await ledger.post(stack.api, ledger.joins(5, 'r'))
    await stack.flushReadyIndex()
    stack.startWorker()
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 300 })
  })
})

// Each has a stack of its own.
describe.concurrent('ending a worker', () => {
  it('drains on SIGTERM under load and exits 0 without a stalled job', async () => {
    await using stack = await startStack({ emulator: { latencyMs: 100 } })
    const ledger = createLedger()
    await ledger.post(stack.api, ledger.joins(200, 't'))
    await eventually(() => expect(stack.emulator.groupMembers(stack.group).length).toBeGreaterThan(5))
    expect(await stack.workers[0]?.stop('SIGTERM')).toBe(0)
    // In the time that whoever asks it to end gives it.
    expect(stack.output()).not.toContain('process.late')
    stack.startWorker()
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 500 })
    expect(stack.output()).not.toContain('lane.jobs_recovered')
  })

  it('exits 0 on SIGTERM while the store is down', async () => {
    await using stack = await startStack()
    await eventually(() => expect(stack.output()).toContain('worker.started'))
    await stack.redis.kill()
    // By itself: in time, or at the end of what it gives itself.
    expect(await stack.workers[0]?.stop('SIGTERM')).toBe(0)
    expect(stack.output()).toMatch(/process\.(ended|late)/)
  })

  it('ends at once on a second SIGTERM and loses nothing', async () => {
    await using stack = await startStack({ emulator: { latencyMs: 2_000 } })
    const ledger = createLedger()
    await ledger.post(stack.api, ledger.joins(20, 'u'))
    await eventually(() => expect(stack.emulator.calls().some(({ method }) => method === 'POST')).toBe(true))
    const worker = stack.workers[0]
    worker?.child.kill('SIGTERM')
    await timePasses(200)
    await worker?.stop('SIGTERM')
    stack.emulator.settings({ latencyMs: 0 })
    stack.startWorker()
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), { everyMs: 500 })
  })
})
