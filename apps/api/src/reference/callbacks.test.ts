import { toCallbackBody } from '@flightroster/core/callbacks'
import { CALLBACK_TYPES, TOLD_STATUSES, type Fact } from '@flightroster/core/domain'
import { describe, expect, it } from 'vitest'
import { callbackBody } from './callbacks.ts'

const at = 1_795_255_203_000
const problem = { code: 'key_rejected', detail: 'Apple refused it.' } as const

function factOf(type: Fact['type']): Fact {
  const status = TOLD_STATUSES.find((one) => `member.${one}` === type)
  if (status !== undefined) {
    return { type: `member.${status}`, roster: 'gold', member: 'u-1', sequence: 1, status, problem: null, at }
  }
  if (type === 'member.address_changed')
    return { type, roster: 'gold', member: 'u-1', sequence: 1, status: 'pending', problem: null, at }
  if (type === 'member.idle') {
    const idle = { reason: 'not_accepted', reclaimAt: at } as const
    return { type, roster: 'gold', member: 'u-1', sequence: 1, status: 'invited', problem: null, idle, at }
  }
  const build = { id: 'b', version: '1', number: '2', expiresAt: null }
  if (type === 'build.available') return { type, roster: 'gold', sequence: 1, build, at }
  if (type === 'build.expiring' || type === 'build.run_out') {
    const successor = { number: '3', state: 'in_review' } as const
    return { type, roster: 'gold', sequence: 1, build, peopleAffected: 7, successor, at }
  }
  if (type === 'team_key.rejected' || type === 'team_key.recovered')
    return { type, teamKey: 'demo', sequence: 1, problem, at }
  if (type === 'roster.held') return { type, roster: 'gold', sequence: 1, reconciliation: 'rec-7', problem, at }
  return { type: type as 'roster.blocked' | 'roster.recovered', roster: 'gold', sequence: 1, problem: null, at }
}

describe('a callback', () => {
  it.each(CALLBACK_TYPES)('of type %s is sent as the reference describes it', (type) => {
    const sent: unknown = JSON.parse(toCallbackBody(factOf(type)))
    // The shapes drop what they do not name.
    expect(callbackBody(type).parse(sent)).toEqual(sent)
  })

  it('tells the address where it was asked for', () => {
    const sent: unknown = JSON.parse(toCallbackBody(factOf('member.invited'), { email: 'ann@example.com' }))
    expect(callbackBody('member.invited').parse(sent)).toEqual(sent)
  })
})
