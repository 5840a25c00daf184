import { describe, expect, it } from 'vitest'
import type { MemberFact } from '../domain/fact.ts'
import { toCallbackBody } from './body.ts'

const at = Date.parse('2026-11-24T10:00:03Z')
const invited: MemberFact = {
  type: 'member.invited',
  roster: 'gold',
  member: 'u-17',
  sequence: 7,
  status: 'invited',
  problem: null,
  at,
}
const read = (...args: Parameters<typeof toCallbackBody>) => JSON.parse(toCallbackBody(...args))

describe('what a receiver reads', () => {
  it('is the roster, the sequence and the member for a fact about a member, without an address', () => {
    expect(read(invited)).toEqual({
      type: 'member.invited',
      timestamp: '2026-11-24T10:00:03.000Z',
      data: { roster: 'gold', sequence: 7, member: { id: 'u-17', status: 'invited', problem: null } },
    })
  })

  it('holds the address where it is to be told, null where there is none', () => {
    expect(read(invited, { email: 'ann@example.com' }).data.member.email).toBe('ann@example.com')
    expect(read(invited, { email: null }).data.member.email).toBeNull()
  })

  it('says what is wrong and what to do about it', () => {
    const fact: MemberFact = {
      ...invited,
      type: 'member.waiting',
      status: 'waiting',
      problem: { code: 'seats_full', detail: 'No seat.' },
    }
    expect(read(fact).data.member.problem).toEqual({
      code: 'seats_full',
      detail: 'No seat.',
      action: expect.stringContaining('Remove testers'),
    })
  })

  it('says why a seat counts as idle, and when it is taken back', () => {
    const fact: MemberFact = {
      ...invited,
      type: 'member.idle',
      idle: { reason: 'not_accepted', reclaimAt: at + 1_000 },
    }
    expect(read(fact).data).toEqual({
      roster: 'gold',
      sequence: 7,
      member: { id: 'u-17', status: 'invited', problem: null },
      reason: 'not_accepted',
      reclaimAt: '2026-11-24T10:00:04.000Z',
    })
  })

  it('is the build for a fact about a build', () => {
    const build = { id: 'b1', version: '1.2', number: '34', expiresAt: '2027-01-01T00:00:00Z' }
    expect(read({ type: 'build.available', roster: 'gold', sequence: 3, build, at }).data).toEqual({
      roster: 'gold',
      sequence: 3,
      build,
    })
  })

  it('names the reconciliation of a held roster, and leaves it out elsewhere', () => {
    const held = { type: 'roster.held', roster: 'gold', sequence: 1, reconciliation: 'r1', problem: null, at } as const
    expect(read(held).data).toEqual({ roster: 'gold', sequence: 1, reconciliation: 'r1', problem: null })
    const recovered = { type: 'roster.recovered', roster: 'gold', sequence: 2, problem: null, at } as const
    expect(read(recovered).data).toEqual({ roster: 'gold', sequence: 2, problem: null })
  })

  it('is the team key for a fact about a team key', () => {
    const problem = { code: 'key_rejected', detail: 'Rejected.' } as const
    const { data } = read({ type: 'team_key.rejected', teamKey: 'acme', sequence: 1, problem, at })
    expect(data).toMatchObject({ teamKey: 'acme', sequence: 1, problem })
    expect(Object.keys(data)).toEqual(['teamKey', 'sequence', 'problem'])
  })

  it('is the webhook for a test', () => {
    expect(read({ type: 'webhook.test', webhook: 'crm', at })).toMatchObject({
      type: 'webhook.test',
      data: { webhook: 'crm' },
    })
  })
})
