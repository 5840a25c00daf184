import { describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import type { Member } from './support/api.ts'
import { startStack } from './support/stack.ts'

const join = (id: string, at: number, email = `${id}@example.com`) => ({
  specversion: '1.0',
  id: `join-${id}-${at}`,
  source: '/members',
  type: 'member.joined',
  time: new Date(Date.parse('2026-11-24T10:00:00Z') + at).toISOString(),
  data: { roster: 'gold', member: { id, email } },
})

describe('the main job', () => {
  it('turns 500 joins in one batch into 500 testers with one create and one mail each', async () => {
    await using stack = await startStack()
    const ids = Array.from({ length: 500 }, (_, at) => `u-${at}`)
    stack.emulator.resetLedgers()
    await stack.api.must(
      'POST',
      '/v1/events',
      ids.map((id) => join(id, 0)),
      202,
    )
    await eventually(
      async () => {
        const members = await stack.api.all<Member>('/v1/rosters/gold/members')
        expect(members.filter((member) => member.status === 'invited')).toHaveLength(500)
      },
      { everyMs: 500 },
    )
    expect(stack.emulator.groupMembers(stack.group).sort()).toEqual(ids.map((id) => `${id}@example.com`).sort())
    const calls = stack.emulator.calls()
    const creates = calls.filter((call) => call.method === 'POST' && call.path === '/v1/betaTesters')
    expect(creates).toHaveLength(500)
    expect(calls.length - creates.length).toBeLessThanOrEqual(30)
    const mails = stack.emulator.mails()
    expect(mails).toHaveLength(500)
    expect(new Set(mails.map((mail) => mail.email)).size).toBe(500)
    expect(stack.emulator.violations()).toEqual([])
    expect(stack.output()).not.toContain('@example.com')
  })
})
