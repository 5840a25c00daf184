import { describe, expect, it } from 'vitest'
import { eventually, timePasses } from '@flightroster/core/testing'
import type { Api, Member } from './support/api.ts'
import { startStack, type Stack } from './support/stack.ts'

interface Reconciliation {
  id: string
  status: string
  plan: { add: number; update: number; remove: number; unchanged: number }
  removals: string[]
  unmanaged: { email: string | null }[]
}

interface Answer {
  reconciliation: string | null
  plan: Reconciliation['plan'] & { names?: { add: string[]; update: string[]; remove: string[] } }
  rejected: { row: number; code: string }[]
  held: boolean
}

/** Reads of the emulator do not lag, so our own writes are believed at once. */
const QUICK = { QUIET_AFTER_WRITE_SECONDS: '1' }
const MANY_CALLS = { quota: { hourLimit: 100_000 } }

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `u-${from + at}`)
const addresses = (members: string[]) => members.map((id) => `${id}@example.com`).sort()
const toCsv = (members: string[]) =>
  `id,email,firstName,lastName\r\n${members.map((id) => `${id},${id}@example.com,First,"Last, Jr"\r\n`).join('')}`

async function putCsv(api: Api, text: string, { roster = 'gold', query = '', status = 202 } = {}): Promise<Answer> {
  const response = await fetch(`${api.url}/v1/rosters/${roster}/members${query}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'text/csv' },
    body: text,
  })
  const body = await response.text()
  if (response.status !== status) throw new Error(`The list was answered ${response.status}: ${body}`)
  return JSON.parse(body) as Answer
}

const group = (stack: Stack) => stack.emulator.groupMembers(stack.group).sort()
const untilGroup = (stack: Stack, members: string[]) =>
  eventually(() => expect(group(stack)).toEqual(addresses(members)), { timeoutMs: 120_000, everyMs: 300 })
const untilSettled = (stack: Stack) =>
  eventually(
    async () => {
      const { body } = await stack.api.get<{ counts: Record<string, number> }>('/v1/rosters/gold')
      expect(body.counts['pending']).toBe(0)
    },
    { timeoutMs: 120_000, everyMs: 300 },
  )
const fill = async (stack: Stack, members: string[]) => {
  await putCsv(stack.api, toCsv(members))
  await untilGroup(stack, members)
  await untilSettled(stack)
}
const reconcile = async (stack: Stack): Promise<Reconciliation> => {
  const begun = await stack.api.must<Reconciliation>('POST', '/v1/rosters/gold/reconciliations', {}, 202)
  return untilOver(stack, begun.id)
}
const untilOver = (stack: Stack, id: string) =>
  eventually(
    async () => {
      const { body } = await stack.api.get<Reconciliation>(`/v1/rosters/gold/reconciliations/${id}`)
      expect(body.status).not.toBe('running')
      return body
    },
    { timeoutMs: 120_000, everyMs: 200 },
  )

describe.concurrent('a whole roster as a file', () => {
  it('converges 2,000 rows over 1,900 with 60 to remove in few calls, exactly as the plan says', async () => {
    await using stack = await startStack({ emulator: MANY_CALLS })
    await fill(stack, ids(1_900))
    stack.emulator.resetLedgers()
    const next = ids(2_000, 60)
    const dry = await putCsv(stack.api, toCsv(next), { query: '?dryRun=true', status: 200 })
    const real = await putCsv(stack.api, toCsv(next))
    expect(real.plan).toEqual({ add: 160, update: 0, remove: 60, unchanged: 1_840 })
    expect([dry.held, real.held, dry.plan.names?.remove.sort()]).toEqual([false, false, ids(60).sort()])
    await untilGroup(stack, next)
    await untilSettled(stack)
    const calls = stack.emulator.calls()
    const creates = calls.filter(({ method, path }) => method === 'POST' && path === '/v1/betaTesters')
    expect(creates).toHaveLength(160)
    expect(calls.length - creates.length).toBeLessThanOrEqual(40)
    expect((await untilOver(stack, real.reconciliation ?? '')).status).toBe('done')
    expect(stack.emulator.mails()).toHaveLength(160)
    expect(stack.output()).not.toContain('@example.com')
    expect(stack.emulator.violations()).toEqual([])
  })

  it('removes nobody by an empty file or one that was cut, and goes on adding meanwhile', async () => {
    await using stack = await startStack({ emulator: MANY_CALLS })
    await fill(stack, ids(60))
    const whole = toCsv(ids(61))
    expect((await putCsv(stack.api, '')).held).toBe(true)
    expect((await putCsv(stack.api, whole.slice(0, whole.length / 2))).held).toBe(true)
    const stray = await putCsv(stack.api, whole.replace('u-3,', 'u-3,"'))
    expect([stray.held, stray.plan.remove, stray.rejected.map(({ row }) => row)]).toEqual([false, 0, [5]])
    const unclosed = await putCsv(stack.api, whole.slice(0, -3))
    expect([unclosed.held, unclosed.plan.remove, unclosed.rejected.length]).toEqual([true, 0, 1])
    expect((await putCsv(stack.api, toCsv([...ids(10), 'u-99']))).held).toBe(true)
    await untilGroup(stack, [...ids(61), 'u-99'])
    const { body } = await stack.api.get<{ status: string }>('/v1/rosters/gold')
    expect(body.status).toBe('held')
  })

  it('holds the third of five rosters that lose 19 % each', async () => {
    await using stack = await startStack({ emulator: MANY_CALLS })
    const rosters = ['r1', 'r2', 'r3', 'r4', 'r5']
    for (const roster of rosters) {
      const made = stack.emulator.addGroup(stack.app, { name: roster })
      await stack.api.must(
        'PUT',
        `/v1/rosters/${roster}`,
        { teamKey: 'acme', app: { id: stack.app }, group: { id: made.id } },
        201,
      )
      await putCsv(stack.api, toCsv(ids(100)), { roster })
    }
    const held: boolean[] = []
    for (const roster of rosters) held.push((await putCsv(stack.api, toCsv(ids(81)), { roster })).held)
    expect(held).toEqual([false, false, true, true, true])
  })
})

// Each of those below has a stack of its own, and waits for readings, or for the lease of a dead worker, together.
describe.concurrent('an approval', () => {
  it('is refused once the roster has changed, and removes nobody', async () => {
    await using stack = await startStack({ emulator: MANY_CALLS })
    await fill(stack, ids(40))
    const { reconciliation } = await putCsv(stack.api, toCsv(ids(10)))
    await stack.api.must('PUT', '/v1/rosters/gold/members/u-20', { email: 'u-20@example.com', firstName: 'Ann' }, 202)
    const path = `/v1/rosters/gold/reconciliations/${reconciliation}/approve`
    const refused = await stack.api.must<{ code: string }>('POST', path, undefined, 409)
    expect(refused.code).toBe('plan_changed')
    await untilSettled(stack)
    expect(group(stack)).toEqual(addresses(ids(40)))
    const { items } = (await stack.api.get<{ items: Reconciliation[] }>('/v1/rosters/gold/reconciliations')).body
    const fresh = items.find(({ status }) => status === 'held')
    expect(fresh?.removals.sort()).toEqual(
      ids(30, 10)
        .filter((id) => id !== 'u-20')
        .sort(),
    )
  })

  it('is gone on with after deaths of the API and the worker in the middle, and never beyond the plan', async () => {
    await using stack = await startStack({ emulator: { latencyMs: 50, chunkMax: 20, ...MANY_CALLS } })
    await fill(stack, ids(300))
    const { reconciliation } = await putCsv(stack.api, toCsv(ids(100)))
    const before = stack.emulator.calls().length
    await stack.api.must('POST', `/v1/rosters/gold/reconciliations/${reconciliation}/approve`, {}, 200)
    await stack.killApi()
    await eventually(() => expect(stack.emulator.calls().length).toBeGreaterThan(before + 3))
    await stack.workers[0]?.stop('SIGKILL')
    expect(group(stack).length).toBeGreaterThanOrEqual(100)
    await stack.startApi()
    stack.startWorker()
    await untilGroup(stack, ids(100))
    await untilSettled(stack)
    expect(group(stack)).toEqual(addresses(ids(100)))
  })
})

describe.concurrent('a reading of the group', () => {
  it.for(['empty-list', 'short-list', 'repeat-rows'] as const)(
    'removes nobody by a listing with the fault %s, and is flagged',
    async (kind, { expect: check }) => {
      await using stack = await startStack({ emulator: MANY_CALLS, env: QUICK })
      await fill(stack, ids(30))
      const policies = {
        teamKey: 'acme',
        app: { id: stack.app },
        group: { id: stack.group },
        unmanagedTesters: 'remove',
      }
      await stack.api.must('PUT', '/v1/rosters/gold', policies, 200)
      stack.emulator.addTester(stack.group, 'stranger@example.com')
      stack.emulator.failNext({ kind, times: Infinity, match: { path: '/v1/betaGroups/{id}/betaTesters' } })
      check((await reconcile(stack)).status).toBe('failed')
      check(group(stack)).toHaveLength(31)
      const { body } = await stack.api.get<{ lastReconcile: { outcome: string } }>('/v1/rosters/gold')
      check(body.lastReconcile.outcome).toBe('incomplete')
      stack.emulator.clearFaults()
      check((await reconcile(stack)).status).toBe('done')
      await eventually(() => check(group(stack)).toHaveLength(30))
    },
  )

  it('puts right what was done by hand in App Store Connect, or reports it, as the roster says', async () => {
    await using stack = await startStack({ emulator: MANY_CALLS, env: QUICK })
    await fill(stack, ids(5))
    const policies = { teamKey: 'acme', app: { id: stack.app }, group: { id: stack.group } }
    await timePasses(1_100)
    stack.emulator.removeTester('u-1@example.com', { groupId: stack.group })
    stack.emulator.addTester(stack.group, 'stranger@example.com')
    expect((await reconcile(stack)).unmanaged.map(({ email }) => email)).toEqual(['stranger@example.com'])
    await untilGroup(stack, [...ids(5), 'stranger'])
    await untilSettled(stack)
    await stack.api.must('PUT', '/v1/rosters/gold', { ...policies, removedByHand: 'report' }, 200)
    await timePasses(1_100)
    stack.emulator.removeTester('u-2@example.com', { groupId: stack.group })
    await reconcile(stack)
    await reconcile(stack)
    const member = (await stack.api.get<Member>('/v1/rosters/gold/members/u-2')).body
    expect([member.desired, member.status, member.problem?.code]).toEqual(['present', 'removed', 'removed_by_hand'])
    expect(group(stack)).not.toContain('u-2@example.com')
  })
})

describe.concurrent('what goes with its people', () => {
  it('erases a person and deletes a roster with its testers, whoever dies on the way', async () => {
    await using stack = await startStack({ workers: 0, emulator: MANY_CALLS })
    await putCsv(stack.api, toCsv(ids(50)))
    const first = stack.startWorker()
    await untilGroup(stack, ids(50))
    await first.stop('SIGKILL')
    await stack.api.must('DELETE', '/v1/people?email=u-7@example.com', undefined, 202)
    await stack.killApi()
    await stack.startApi()
    stack.startWorker()
    await eventually(async () => expect((await stack.api.get('/v1/rosters/gold/members/u-7')).status).toBe(404), {
      everyMs: 300,
    })
    expect(group(stack)).not.toContain('u-7@example.com')
    await stack.api.must('DELETE', '/v1/rosters/gold?testers=remove', undefined, 202)
    await stack.workers[1]?.stop('SIGKILL')
    stack.startWorker()
    await eventually(async () => expect((await stack.api.get('/v1/rosters/gold')).status).toBe(404), {
      timeoutMs: 120_000,
      everyMs: 300,
    })
    expect(group(stack)).toEqual([])
  })
})
