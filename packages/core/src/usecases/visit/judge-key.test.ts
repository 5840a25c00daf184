import { expect, it } from 'vitest'
import { createSettableClock } from '@flightroster/core/testing'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { LaneMemory } from '../../store/index.ts'
import { judgeKey, probeKey } from './judge-key.ts'
import type { Visit } from './visit.ts'

/** Judges one doubt after the other, as the visits of a lane do. `answers` are what the probes meet; none is a good one. */
function startJudge() {
  const clock = createSettableClock()
  let suspicion: LaneMemory['suspicion'] = null
  return {
    clock,
    judge: async (code: ErrorCode, answers: (ErrorCode | null)[] = [], details: Record<string, unknown> = {}) => {
      const asked = [...answers]
      const listApps = async () => {
        const answer = asked.shift() ?? null
        if (answer !== null) throw new AppError(answer)
        return []
      }
      const store = { rostersOf: async () => [], rosters: { findMany: async () => new Map() } }
      const apple = { session: () => ({ listApps }) }
      const visit = { deps: { store, apple }, lease: {} } as unknown as Visit
      const verdict = await judgeKey(
        { clock, ask: () => probeKey(visit) },
        { suspicion },
        new AppError(code, { details }),
      )
      if (verdict.kind === 'suspicious') suspicion = verdict.suspicion
      const problem = verdict.kind === 'blocked' ? ` ${verdict.problem.code}` : ''
      return `${verdict.kind}${problem}, ${answers.length - asked.length} probes`
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
  for (let at = 0; at < 4; at++) expect(await judge('key_rejected', REJECTED)).toBe('suspicious, 2 probes')
  clock.advance(59_999)
  expect(await judge('key_rejected', REJECTED)).toBe('suspicious, 2 probes')
  clock.advance(1)
  expect(await judge('key_rejected', REJECTED)).toBe('blocked key_rejected, 2 probes')
})

it('blocks at once what the probes say plainly', async () => {
  const { judge } = startJudge()
  expect(await judge('key_rejected', ['key_rejected', 'agreement_required'])).toBe(
    'blocked agreement_required, 2 probes',
  )
  expect(await judge('call_forbidden', ['key_forbidden', 'key_forbidden'])).toBe('blocked key_forbidden, 2 probes')
})

it("condemns a key that reads by Apple's own refusal of the work it is for, not by one of another endpoint", async () => {
  const { judge } = startJudge()
  const add = { method: 'POST', path: '/v1/betaGroups/{id}/relationships/betaTesters' }
  expect(await judge('key_forbidden', [], add)).toBe('blocked key_forbidden, 0 probes')
  expect(await judge('key_forbidden', [], { ...add, bare: true })).toBe('works, 0 probes')
  expect(await judge('key_forbidden', [], { method: 'GET', path: '/v1/betaTesters' })).toBe('works, 0 probes')
  expect(await judge('key_forbidden', [], { method: 'POST', path: '/v1/betaTesterInvitations' })).toBe(
    'works, 0 probes',
  )
  expect(await judge('agreement_required')).toBe('blocked agreement_required, 0 probes')
})

it('says nothing of the key where the probe fails for another reason', async () => {
  const { judge } = startJudge()
  await expect(judge('key_rejected', ['apple_unreachable'])).rejects.toMatchObject({ code: 'apple_unreachable' })
})
