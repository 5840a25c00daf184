import { expect, it } from 'vitest'
import { createSettableClock } from '@flightroster/core/testing'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { LaneMemory } from '../../store/index.ts'
import { createLog } from '../../log.ts'
import { judgeDoubt } from './judge-key.ts'
import { VISIT } from './visit-settings.ts'
import type { Visit } from './visit.ts'

/** Judges one doubt after the other, as the visits of a lane do. `answers` are what the probes meet; none is a good one. */
function startJudge() {
  const clock = createSettableClock()
  const memory: Partial<LaneMemory> = { suspicion: null, blocked: null, keyAt: 7 }
  const log = createLog({ level: 'silent', name: 'test' })
  return {
    clock,
    memory,
    judge: async (code: ErrorCode, answers: (ErrorCode | null)[] = [], details: Record<string, unknown> = {}) => {
      const asked = [...answers]
      const listApps = async () => {
        const answer = asked.shift() ?? null
        if (answer !== null) throw new AppError(answer)
        return []
      }
      const store = { rostersOf: async () => [], rosters: { findMany: async () => new Map() } }
      const lane = { remember: async (change: Partial<LaneMemory>) => void Object.assign(memory, change) }
      const deps = { store, lane, clock, log, apple: { session: () => ({ listApps }) }, settings: VISIT }
      const visit = { deps, lease: {}, memory: { ...memory }, stopped: null, nextAt: null, setbacks: 0 }
      const doubt = new AppError(code, { details })
      const verdict = await judgeDoubt(visit as unknown as Visit, doubt)
      expect(visit.stopped).toBe(verdict === 'stopped' ? doubt : null)
      const inMs = visit.nextAt === null ? '' : ` for ${visit.nextAt - clock.now()} ms`
      const problem = memory.blocked ? `blocked ${memory.blocked.code}` : memory.suspicion ? 'suspicious' : ''
      memory.blocked = null
      return `${problem || verdict}${inMs}, ${answers.length - asked.length} probes`
    },
  }
}

const REJECTED: ErrorCode[] = ['key_rejected', 'key_rejected']

it('takes a rejection for chance where either of two probes is answered', async () => {
  const { judge } = startJudge()
  expect(await judge('key_rejected', [null])).toBe('works, 1 probes')
  expect(await judge('key_rejected', ['key_rejected', null])).toBe('works, 2 probes')
})

it('takes three rejections over a minute for no chance any more, and fewer or faster ones for a suspicion', async () => {
  const { clock, judge } = startJudge()
  for (const inMs of [2_000, 20_000, 42_000, 42_000]) {
    expect(await judge('key_rejected', REJECTED)).toBe(`suspicious for ${inMs} ms, 2 probes`)
  }
  clock.advance(59_999)
  expect(await judge('key_rejected', REJECTED)).toBe('suspicious for 42000 ms, 2 probes')
  clock.advance(1)
  expect(await judge('key_rejected', REJECTED)).toBe('blocked key_rejected for 180000 ms, 2 probes')
})

it('blocks at once what the probes say plainly', async () => {
  const { judge } = startJudge()
  expect(await judge('key_rejected', ['key_rejected', 'agreement_required'])).toBe(
    'blocked agreement_required for 180000 ms, 2 probes',
  )
  expect(await judge('call_forbidden', ['key_forbidden', 'key_forbidden'])).toBe(
    'blocked key_forbidden for 180000 ms, 2 probes',
  )
})

it("condemns a key that reads by Apple's own refusal of the work it is for, not by one of another endpoint", async () => {
  const { judge } = startJudge()
  const add = { method: 'POST', path: '/v1/betaGroups/{id}/relationships/betaTesters' }
  expect(await judge('key_forbidden', [], add)).toBe('blocked key_forbidden for 180000 ms, 0 probes')
  expect(await judge('key_forbidden', [], { ...add, bare: true })).toBe('works, 0 probes')
  expect(await judge('key_rejected', [], add)).toBe('works, 0 probes')
  expect(await judge('key_forbidden', [], { method: 'GET', path: '/v1/betaTesters' })).toBe('works, 0 probes')
  expect(await judge('key_forbidden', [], { method: 'POST', path: '/v1/betaTesterInvitations' })).toBe(
    'works, 0 probes',
  )
  expect(await judge('agreement_required')).toBe('blocked agreement_required for 180000 ms, 0 probes')
})

it('says nothing of the key where the probe fails for another reason, and comes again soon', async () => {
  const { judge, memory } = startJudge()
  expect(await judge('key_rejected', ['apple_unreachable'])).toBe('stopped for 5000 ms, 1 probes')
  expect(memory).toEqual({ suspicion: null, blocked: null, keyAt: 7 })
})

it('shares one judgement among all who doubt at once, and judges anew afterwards', async () => {
  let probes = 0
  const listApps = async () => void probes++
  const store = { rostersOf: async () => [], rosters: { findMany: async () => new Map() } }
  const deps = { store, apple: { session: () => ({ listApps }) } }
  const visit = { deps, lease: {}, memory: {}, judging: null, setbacks: 0 } as unknown as Visit
  const doubts = [1, 2, 3].map(() => judgeDoubt(visit, new AppError('key_rejected')))
  expect(await Promise.all(doubts)).toEqual(['works', 'works', 'works'])
  expect([probes, visit.setbacks, visit.judging]).toEqual([1, 1, null])
  await judgeDoubt(visit, new AppError('key_rejected'))
  expect(probes).toBe(2)
})
