import { describe, expect, it } from 'vitest'
import { NOW } from '../../../testing/turn-rig.ts'
import { makeTurn, type TurnMember } from '../../../testing/turn-rig.ts'
import { createSettableClock } from '@flightroster/core/testing'
import { AppError } from '../../errors.ts'
import { createLog } from '../../log.ts'
import type { Outcome } from '../../store/index.ts'
import type { Observed } from '../../domain/member.ts'
import { finishTurn } from './finish-turn.ts'
import type { Ending } from './turn.ts'

const error = new AppError('apple_unreachable')

/** Ends a turn, and tells in order what was recorded, what became of the job and of the line for seats. */
async function finish(
  ending: Ending,
  { answer = 'recorded' as 'recorded' | 'newer' | 'lost' | 'gone', member = {} as TurnMember, calls = true } = {},
) {
  const story: string[] = []
  const outcomes: Outcome[] = []
  const turn = makeTurn(undefined, member, 0)
  const tell = (what: string) => async () => void story.push(what)
  const job = turn.job
  Object.assign(job, {
    complete: tell('complete'),
    retry: tell('retry'),
    fail: tell('fail'),
    later: async (at: number) => void story.push(`later ${at - NOW}`),
    giveBack: tell('give back'),
  })
  turn.ending = ending
  if (calls) turn.calls.push(['POST /v1/betaTesters', 201])
  const deps = {
    lane: {
      recordOutcome: async (_token: string, outcome: Outcome) => {
        outcomes.push(outcome)
        story.push(`record ${outcome.ending} ${outcome.status}`)
        return answer
      },
      endRemovals: async (app: string, keys: string[]) => void story.push(`out of ${app}: ${keys.join()}`),
    } as unknown as Parameters<typeof finishTurn>[0]['lane'],
    leaseToken: 'lease',
    clock: createSettableClock(NOW),
    log: createLog({ level: 'silent', name: 'test' }),
    seats: { wait: tell('wait for a seat'), settle: tell('leave the line') },
    leaseLost: () => void story.push('lease lost'),
  }
  return { deps, turn, story, outcomes }
}

async function storyOf(...args: Parameters<typeof finish>) {
  const { deps, turn, story, outcomes } = await finish(...args)
  await finishTurn(deps, turn)
  return { story, outcome: outcomes[0] }
}

const done: Ending = { kind: 'done', status: 'invited', problem: null }

describe('what becomes of a job', () => {
  it('tells others that a removal from the app is over once it is, before the job ends', async () => {
    const storyAfter = async (writing: Observed['writing']) => {
      const { deps, turn, story } = await finish(done, { member: { observed: { writing } } })
      turn.leavesApp.add('ann@example.com').add('bob@example.com')
      await finishTurn(deps, turn)
      return story
    }
    const told = ['record done invited', 'leave the line', 'complete']
    const writing = { kind: 'remove_app', email: 'Ann@example.com', at: NOW, reads: 1, answer: 'confirmed' } as const
    expect(await storyAfter(null)).toEqual(told.toSpliced(1, 0, 'out of 1234: ann@example.com,bob@example.com'))
    expect(await storyAfter(writing)).toEqual(told.toSpliced(1, 0, 'out of 1234: bob@example.com'))
  })

  it.each<[string, Ending, string[]]>([
    ['done', done, ['record done invited', 'leave the line', 'complete']],
    [
      'failed for good',
      { ...done, status: 'failed', problem: 'address_invalid' },
      ['record done failed', 'leave the line', 'complete'],
    ],
    [
      'later',
      { kind: 'later', until: NOW + 5, status: 'pending', problem: null },
      ['record later pending', 'leave the line', 'later 5'],
    ],
    ['retry', { kind: 'retry', error }, ['record later pending', 'leave the line', 'retry']],
    [
      'retry of somebody who is settled',
      { kind: 'retry', error, status: 'invited' },
      ['record later invited', 'leave the line', 'retry'],
    ],
    ['in line', { kind: 'in_line' }, ['wait for a seat', 'record done waiting', 'complete']],
    ['parked', { kind: 'parked', problem: null }, ['record parked pending', 'leave the line', 'complete']],
    ['given back', { kind: 'give_back' }, ['record later pending', 'give back']],
    ['poisoned', { kind: 'poisoned' }, ['record failed failed', 'leave the line', 'fail']],
  ])('%s: first the outcome, then the job', async (_name, ending, expected) => {
    expect((await storyOf(ending)).story).toEqual(expected)
  })

  it('records nothing of a job that is given back untouched', async () => {
    expect((await storyOf({ kind: 'give_back' }, { calls: false })).story).toEqual(['give back'])
  })

  it('says failed after the last attempt, and keeps the last answer', async () => {
    const { story, outcome } = await storyOf({ kind: 'retry', error }, { member: { isLastAttempt: true } })
    expect(story).toEqual(['record failed failed', 'leave the line', 'retry'])
    expect(outcome?.observed.problem).toMatchObject({
      code: 'retries_exhausted',
      detail: expect.stringContaining(error.message),
    })
  })

  it.each<[string, Ending, number]>([
    ['what was carried out', done, 3],
    ['what is not begun any more', { kind: 'poisoned' }, 3],
    ['what comes again', { kind: 'retry', error }, 0],
  ])('counts %s as converged, or not', async (_name, ending, converged) => {
    expect((await storyOf(ending)).outcome?.observed.converged).toBe(converged)
  })

  it('leaves the job to the worker that has the lease now', async () => {
    expect((await storyOf(done, { answer: 'lost' })).story).toEqual(['record done invited', 'lease lost'])
  })

  it('looks anew at a job whose roster is gone, or another by now, and not at once', async () => {
    expect((await storyOf(done, { answer: 'gone' })).story).toEqual(['record done invited', 'later 1000'])
  })

  it('parks bulk work as such', async () => {
    const { deps, turn, outcomes } = await finish({ kind: 'parked', problem: null })
    turn.job.isBulk = true
    await finishTurn(deps, turn)
    expect(outcomes[0]?.ending).toBe('parked-bulk')
  })

  it('counts what was asked for by hand as met once it was done, not while it is still to do', async () => {
    const member = { fresh: true, invite: true }
    expect((await storyOf({ kind: 'retry', error }, { member })).outcome?.met).toEqual({ fresh: 0, invite: 0 })
    expect((await storyOf(done, { member })).outcome?.met).toEqual({ fresh: 1, invite: 1 })
  })

  it('counts as met what was done in a turn that goes on later, so that it is not done again each time', async () => {
    const { deps, turn, outcomes } = await finish({ kind: 'later', until: NOW, status: 'pending', problem: null })
    Object.assign(turn, { asked: { fresh: 2, invite: 1 }, fresh: false, invite: false })
    await finishTurn(deps, turn)
    expect(outcomes[0]?.met).toEqual({ fresh: 2, invite: 1 })
  })

  it('completes a job whose member was changed meanwhile: the change makes the next one', async () => {
    expect((await storyOf(done, { answer: 'newer' })).story).toContain('complete')
  })

  it('writes no line into the timeline where nothing was asked and it only waits', async () => {
    const later: Ending = { kind: 'later', until: NOW, status: 'pending', problem: null }
    expect((await storyOf(later, { calls: false })).outcome?.entry).toBeNull()
    expect((await storyOf(later)).outcome?.entry).not.toBeNull()
  })

  it('writes one line when somebody begins to wait for a seat, and none each time that the app is still full', async () => {
    expect((await storyOf({ kind: 'in_line' })).outcome?.entry).toMatchObject({ s: 'waiting', p: 'seats_full' })
    const member = { observed: { problem: { code: 'seats_full' as const, detail: '', at: NOW } } }
    expect((await storyOf({ kind: 'in_line' }, { member })).outcome?.entry).toBeNull()
  })

  it('tells why an invitation was not sent, in the problem and in the timeline', async () => {
    const { outcome } = await storyOf({ ...done, problem: 'invitation_refused', detail: 'Answer: 409.' })
    expect(outcome?.observed.problem).toMatchObject({ code: 'invitation_refused', detail: 'Answer: 409.' })
    expect(outcome?.entry).toMatchObject({ s: 'invited', p: 'invitation_refused', d: 'Answer: 409.' })
  })

  it('fails no job of a roster that is gone, or another by now, nor one of a lane that another worker has', async () => {
    for (const [answer, after] of [
      ['gone', 'later 1000'],
      ['lost', 'lease lost'],
    ] as const) {
      const { deps, turn, story } = await finish({ kind: 'poisoned' }, { answer })
      await finishTurn(deps, turn)
      expect(story).toEqual(['record failed failed', after])
    }
  })
})
