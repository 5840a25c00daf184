import { describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { createLedger } from './support/ledger.ts'
import { startStack, type Stack } from './support/stack.ts'

const WAIT = { timeoutMs: 200_000, everyMs: 1_000 }
const QUOTA = { hourLimit: 100_000 }

async function postAll(
  stack: Stack,
  ledger: ReturnType<typeof createLedger>,
  events: Parameters<typeof ledger.post>[1],
) {
  for (let from = 0; from < events.length; from += 1_000) {
    await ledger.post(stack.api, events.slice(from, from + 1_000))
  }
}

const others = (stack: Stack) => {
  const calls = stack.emulator.calls()
  const creates = calls.filter(({ method, path }) => method === 'POST' && path === '/v1/betaTesters').length
  return { creates, others: calls.length - creates }
}

describe('the fewest Apple calls', () => {
  it('spends 1,000 creates and at most 30 others on 1,000 new people', async () => {
    await using stack = await startStack({ emulator: { quota: QUOTA } })
    const ledger = createLedger()
    stack.emulator.resetLedgers()
    await postAll(stack, ledger, ledger.joins(1_000, 'n'))
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), WAIT)
    await eventually(async () => {
      const { body } = await stack.api.get<{ counts: Record<string, number> }>('/v1/rosters/gold')
      expect(body.counts['invited']).toBe(1_000)
    }, WAIT)
    expect(others(stack)).toMatchObject({ creates: 1_000 })
    expect(others(stack).others).toBeLessThanOrEqual(30)
  })

  it('spends at most 250 calls on 5,000 testers of the app, and at most 120 when they leave', async () => {
    await using stack = await startStack({ emulator: { quota: QUOTA } })
    const ledger = createLedger()
    const other = stack.emulator.addGroup(stack.app, { name: 'Beta – Silver' })
    const joins = ledger.joins(5_000, 'k')
    stack.emulator.addTesters(
      other.id,
      joins.map(({ data }) => data.member.email ?? ''),
    )
    stack.emulator.resetLedgers()
    await postAll(stack, ledger, joins)
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), WAIT)
    await eventually(async () => {
      const { body } = await stack.api.get<{ counts: Record<string, number> }>('/v1/rosters/gold')
      expect(body.counts['pending']).toBe(0)
    }, WAIT)
    expect(stack.emulator.calls().length).toBeLessThanOrEqual(250)
    expect(others(stack).creates).toBe(0)

    stack.emulator.resetLedgers()
    const leaves = joins.map((event) => ({
      ...event,
      id: `leave-${event.id}`,
      type: 'member.left' as const,
      time: new Date(Date.parse(event.time) + 10_000).toISOString(),
      data: { roster: 'gold', member: { id: event.data.member.id } },
    }))
    await postAll(stack, ledger, leaves)
    await eventually(() => ledger.expectGroup(stack.emulator, stack.group), WAIT)
    expect(stack.emulator.calls().length).toBeLessThanOrEqual(120)
    expect(stack.emulator.violations()).toEqual([])
  })
})
