import { describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import type { Member } from './support/api.ts'
import { startStack, type Stack } from './support/stack.ts'

const member = async (stack: Stack, id: string) =>
  (await stack.api.get<Member>(`/v1/rosters/gold/members/${encodeURIComponent(id)}`)).body
const post = (stack: Stack, type: string, id: string, email?: string | null) =>
  stack.api.must(
    'POST',
    '/v1/events',
    { type, data: { roster: 'gold', member: email === undefined ? { id } : { id, email } } },
    202,
  )
const becomes = (stack: Stack, id: string, status: string, code: string | null = null, timeoutMs = 60_000) =>
  eventually(
    async () => {
      const { status: now, problem } = await member(stack, id)
      expect([now, problem?.code ?? null]).toEqual([status, code])
    },
    { timeoutMs, everyMs: 100 },
  )
const mailsTo = (stack: Stack, email: string) =>
  stack.emulator
    .mails()
    .filter((mail) => mail.email === email)
    .map(({ kind }) => kind)

// Each has a stack of its own and waits most of the time, one of them for the minute in which a key is doubted. The longest is first.
describe.concurrent('what stops a lane or a roster', () => {
  it('stops the lane of a revoked key within as many calls as run in parallel, and resumes by itself', async () => {
    await using stack = await startStack({ env: { BLOCKED_CHECK_SECONDS: '2' } })
    const keyId = stack.emulator.keys.at(-1)?.keyId ?? ''
    stack.emulator.revokeKey(keyId)
    stack.emulator.resetLedgers()
    const joins = Array.from({ length: 50 }, (_, at) => ({
      type: 'member.joined',
      data: { roster: 'gold', member: { id: `r${at}`, email: `r${at}@example.com` } },
    }))
    await stack.api.must('POST', '/v1/events', joins, 202)
    await eventually(
      async () => {
        const { body } = await stack.api.get<{ status: string }>('/v1/team-keys/acme')
        expect(body.status).toBe('rejected')
      },
      { timeoutMs: 120_000, everyMs: 500 },
    )
    expect(stack.emulator.calls().length).toBeLessThan(30)
    stack.emulator.restoreKey(keyId)
    await eventually(() => expect(stack.emulator.groupMembers(stack.group)).toHaveLength(50), { everyMs: 500 })
    const { body } = await stack.api.get<{ status: string }>('/v1/team-keys/acme')
    expect(body.status).toBe('working')
  })

  it('stops at once for a missing agreement, says who must act, and resumes by itself', async () => {
    await using stack = await startStack({ env: { BLOCKED_CHECK_SECONDS: '2' } })
    stack.emulator.setAgreementsOk(false)
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await eventually(async () => {
      const { body } = await stack.api.get<{ status: string; problem: { code: string } }>('/v1/team-keys/acme')
      expect([body.status, body.problem?.code]).toEqual(['agreement_required', 'agreement_required'])
    })
    stack.emulator.setAgreementsOk(true)
    await becomes(stack, 'ann', 'invited')
  })

  it('blocks the roster alone when its group is gone', async () => {
    await using stack = await startStack()
    stack.emulator.removeGroup(stack.group)
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await eventually(async () => {
      const { body } = await stack.api.get<{ status: string; problem: { code: string } }>('/v1/rosters/gold')
      expect([body.status, body.problem?.code]).toEqual(['blocked', 'group_gone'])
    })
  })
})

describe.concurrent('the life of a tester', () => {
  it('moves to a new address: new in, then the old one out, one mail each', async () => {
    await using stack = await startStack()
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await becomes(stack, 'ann', 'invited')
    await post(stack, 'member.updated', 'ann', 'lee@example.com')
    await eventually(() => expect(stack.emulator.groupMembers(stack.group)).toEqual(['lee@example.com']))
    await becomes(stack, 'ann', 'invited')
    expect(mailsTo(stack, 'lee@example.com')).toEqual(['create'])
  })

  it('takes the old address out at app level and invites once more when it had been accepted', async () => {
    await using stack = await startStack()
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await becomes(stack, 'ann', 'invited')
    stack.emulator.setState('ann@example.com', 'ACCEPTED')
    await stack.api.must('POST', '/v1/rosters/gold/members/ann/converge', undefined, 202)
    await becomes(stack, 'ann', 'accepted')
    await post(stack, 'member.updated', 'ann', 'lee@example.com')
    await eventually(() =>
      expect(stack.emulator.testers(stack.app).map(({ email }) => email)).toEqual(['lee@example.com']),
    )
    await eventually(() => expect(mailsTo(stack, 'lee@example.com')).toEqual(['create', 'invitation']))
  })

  it('keeps a tester in for a second member with the same address, until the last of them leaves', async () => {
    await using stack = await startStack()
    const joins = [
      ['a', 'same@example.com'],
      ['b', 'Same@example.com'],
      ['c', 'c@example.com'],
      ['d', 'd@example.com'],
    ].map(([id, email]) => ({ type: 'member.joined', data: { roster: 'gold', member: { id, email } } }))
    await stack.api.must('POST', '/v1/events', joins, 202)
    for (const id of ['a', 'b', 'c', 'd']) await becomes(stack, id, 'invited')
    const tester = stack.emulator.testers(stack.app).find(({ email }) => email === 'same@example.com')
    expect(tester).toBeDefined()
    for (const id of ['a', 'b']) expect((await member(stack, id)).tester?.id).toBe(tester?.id)
    await post(stack, 'member.left', 'a')
    await becomes(stack, 'a', 'removed')
    expect(stack.emulator.groupMembers(stack.group)).toContain('same@example.com')
    await post(stack, 'member.left', 'b')
    await becomes(stack, 'b', 'removed')
    expect(stack.emulator.groupMembers(stack.group).sort()).toEqual(['c@example.com', 'd@example.com'])
    expect(mailsTo(stack, 'same@example.com')).toHaveLength(1)
  })

  it('waits for an address, refuses a bad one with its reason, and goes on once it is corrected', async () => {
    await using stack = await startStack()
    await post(stack, 'member.joined', 'ann', null)
    await becomes(stack, 'ann', 'waiting', 'address_missing')
    await post(stack, 'member.updated', 'ann', 'not..an@address')
    await becomes(stack, 'ann', 'failed', 'address_invalid')
    await post(stack, 'member.updated', 'ann', 'ann@example.com')
    await becomes(stack, 'ann', 'invited')
  })

  it('reports a person who stopped testing, and takes the person back in after a new join, with one mail', async () => {
    await using stack = await startStack({ emulator: { appRemovalMs: 3_000 } })
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await becomes(stack, 'ann', 'invited')
    stack.emulator.setState('ann@example.com', 'REVOKED')
    await stack.api.must('POST', '/v1/rosters/gold/members/ann/converge', undefined, 202)
    await becomes(stack, 'ann', 'revoked', 'testing_stopped')
    stack.emulator.resetLedgers()
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await becomes(stack, 'ann', 'invited', null, 90_000)
    expect(mailsTo(stack, 'ann@example.com')).toEqual(['create'])
    expect(stack.emulator.groupMembers(stack.group)).toEqual(['ann@example.com'])
  })

  it('says that a build is missing, and sees the invitation once there is one', async () => {
    await using stack = await startStack({ build: false })
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await becomes(stack, 'ann', 'not_invited', 'build_missing')
    stack.emulator.addBuild(stack.app, { version: '2', groups: [stack.group] })
    await stack.api.must('POST', '/v1/rosters/gold/members/ann/converge', undefined, 202)
    await becomes(stack, 'ann', 'invited')
  })

  it('lets people wait for a seat in order, and takes them in as seats free up', async () => {
    await using stack = await startStack({ emulator: { seatsPerApp: 3 }, env: { BLOCKED_CHECK_SECONDS: '2' } })
    for (const id of ['a', 'b', 'c']) await post(stack, 'member.joined', id, `${id}@example.com`)
    for (const id of ['a', 'b', 'c']) await becomes(stack, id, 'invited')
    for (const id of ['d', 'e']) {
      await post(stack, 'member.joined', id, `${id}@example.com`)
      await becomes(stack, id, 'waiting', 'seats_full')
    }
    stack.emulator.removeTester('a@example.com', { appId: stack.app })
    await becomes(stack, 'd', 'invited')
    expect((await member(stack, 'e')).status).toBe('waiting')
    stack.emulator.removeTester('b@example.com', { appId: stack.app })
    await becomes(stack, 'e', 'invited')
  })

  it('takes a tester out of the app where the roster says so', async () => {
    await using stack = await startStack({ roster: { removal: 'app' }, emulator: { appRemovalMs: 3_000 } })
    await post(stack, 'member.joined', 'ann', 'ann@example.com')
    await becomes(stack, 'ann', 'invited')
    await post(stack, 'member.left', 'ann')
    await becomes(stack, 'ann', 'removed')
    expect(stack.emulator.testers(stack.app)).toEqual([])
  })
})
