import { ALL_TRIED_AGAIN, NOTHING_OBSERVED, WAIT_CODES, type Observed, type WaitCode } from '@flightroster/core/domain'
import {
  createBudget,
  createWorkers,
  laneKeys,
  queueName,
  queuePrefix,
  writeLaneStanding,
} from '@flightroster/core/store'
import { Queue } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { pageAction } from '../../pages/console/wait-notice.ts'
import { html } from '../../pages/html.ts'
import { makeDashboard, visit } from '../../../testing/visitor.ts'

let api: TestApi
let lane: string
beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  lane = (await api.addRoster({ id: 'gold' })).teamKey
  await createWorkers(api.connection).beat('w-1', null, api.deps.clock.now())
  await api.call('PUT', '/v1/rosters/gold/members/ann', { email: 'ann@example.com' })
})

const waitsFor = async (id = 'ann') => (await api.call('GET', `/v1/rosters/gold/members/${id}`)).json().waitsFor
const blocked = { code: 'key_rejected' as const, detail: 'Apple rejects the key.', at: 1 }
const NOW = 'about now'
const trouble = { code: 'apple_unavailable' as const, detail: 'App Store Connect has an internal error.' }
/** The job sleeps, after a turn that ended so. */
const sleep = async (turn: Partial<Observed>, forMs: number) => {
  const keys = laneKeys(lane)
  const { observed } = keys.roster('gold')
  // It has had its turn.
  await api.connection.unlink(keys.outboxNow, keys.outboxInteractive, keys.outboxBulk)
  await api.connection.hset(observed, 'ann', JSON.stringify({ ...NOTHING_OBSERVED, ...turn }))
  const ref = api.deps.toRef('gold', 'ann')
  const queue = new Queue(queueName(lane), { connection: api.connection, prefix: queuePrefix(lane) })
  await queue.remove(ref)
  await queue.add('converge', { v: 1, roster: 'gold', ref }, { jobId: ref, delay: forMs })
  await queue.close()
}

/** What an operator reads on the pages of the person and of the roster. */
const pages = async (id = 'ann') => {
  const operator = await visit(api.app, 'ann')
  return {
    person: (await operator.get(`/console/rosters/gold/member?id=${id}`)).body,
    roster: (await operator.get('/console/rosters/gold')).body,
  }
}
/** As it stands within a page. */
const onPage = (text: string) => html`${text}`.text

describe('waitsFor of a member', () => {
  it('is the backlog where nothing else holds the change up', async () => {
    expect(await waitsFor()).toMatchObject({ code: 'backlog', until: expect.any(String) })
    const { person } = await pages()
    expect(person).toContain('Not in yet. The change is on its way to Apple.')
    // It is worked at already: its end is when it is done.
    expect(person).toContain('Expected to be done: ')
    expect(person).not.toContain('Expected to go on')
  })

  const CAUSES: [WaitCode, () => Promise<unknown>, number | null, number | string | null][] = [
    ['lane_blocked', () => writeLaneStanding(api.connection, lane, { blocked }), null, 1],
    ['lane_paused', () => api.call('POST', `/v1/team-keys/${lane}/pause`), null, NOW],
    ['roster_blocked', () => api.store.rosters.update('gold', (roster) => ({ ...roster, blocked })), null, 1],
    ['roster_paused', () => api.call('POST', '/v1/rosters/gold/pause'), null, NOW],
    ['no_worker', () => createWorkers(api.connection).end('w-1', api.deps.clock.now()), null, NOW],
    [
      'budget',
      async () => {
        const budget = createBudget(api.connection, lane, { windowMs: 3_600_000, defaultLimit: 3_600 })
        await budget.reserve(1, 0)
        await budget.keepQuiet(60_000)
      },
      60_000,
      NOW,
    ],
    ['retry', () => sleep({ problem: { ...trouble, at: api.deps.clock.now() } }, 90_000), 90_000, NOW],
    ['quiet_time', () => sleep({ observedAt: api.deps.clock.now() }, 60_000), 60_000, NOW],
  ]
  const KEY_MAKERS = 'Somebody who may make keys: the Account Holder or an Admin of the Apple team.'
  const WHO: Partial<Record<WaitCode, string>> = {
    lane_blocked: KEY_MAKERS,
    lane_paused: 'An operator.',
    roster_blocked: KEY_MAKERS,
    roster_paused: 'An operator.',
    no_worker: 'Whoever runs Flightroster.',
  }
  it.each(CAUSES)(
    'is %s while that lasts, in the API, among people and on pages',
    async (code, cause, forMs, since) => {
      const begun = api.deps.clock.now()
      await cause()
      const told = await waitsFor()
      expect(told).toMatchObject({ code, detail: expect.any(String), action: expect.any(String) })
      const people = (await api.call('GET', '/v1/people?email=ann@example.com')).json().items
      const list = (await api.call('GET', '/v1/rosters/gold/members')).json().items
      expect([people[0].member.waitsFor.code, list[0].waitsFor.code]).toEqual([code, code])
      const { person, roster } = await pages()
      // Since when and who are sentences: the contract has four fields.
      expect(Object.keys(told).toSorted()).toEqual(['action', 'code', 'detail', 'until'])
      const [, detail = told.detail, sinceText = null] = /^(.*) Since (\S+Z)\.$/.exec(told.detail) ?? []
      const [action, who] = told.action.split(' Who has to do it: ')
      // Of one who is tried again, the page says what went wrong.
      for (const said of code === 'retry' ? [trouble.detail] : [detail, pageAction({ code, action })])
        expect(person).toContain(onPage(said))
      for (const at of [sinceText, told.until].filter((time) => time !== null))
        expect(person).toContain(`datetime="${at}"`)
      expect(who).toBe(WHO[code])
      expect(person.includes(`Who has to do it: ${(who ?? '').replace(/\.$/, '')}`)).toBe(who !== undefined)
      // Of one reading alone, the page of the roster says nothing; where all that is open is tried again, it says that.
      const ofRoster = code === 'retry' ? ALL_TRIED_AGAIN.detail : detail
      expect(roster.includes(onPage(ofRoster))).toBe(code !== 'quiet_time')
      const until = told.until === null ? null : Math.round((Date.parse(told.until) - begun) / 30_000)
      expect(until).toBe(forMs === null ? null : Math.round(forMs / 30_000))
      // Calls are counted in quarters of a minute.
      const toldAt = sinceText === null ? null : Date.parse(sinceText)
      expect(toldAt !== null && Math.abs(toldAt - begun) < 60_000 ? NOW : toldAt).toBe(since)
    },
  )

  const PAIRS = CAUSES.flatMap(([outer, outerCause], at) =>
    CAUSES.slice(at + 1).flatMap(([inner, innerCause]) =>
      // Its job sleeps for one reason.
      outer === 'retry' ? [] : [[outer, inner, outerCause, innerCause] as const],
    ),
  )
  it.each(PAIRS)('is %s where it is %s as well, wherever it is read', async (outer, inner, outerCause, innerCause) => {
    await innerCause()
    await outerCause()
    const code = async () => (await waitsFor()).code
    expect([outer, inner, await code()]).toEqual([outer, inner, outer])

    // And a plan that would remove her: after what stops everybody, before what is lacking.
    const members = Array.from({ length: 30 }, (_, at) => ({ id: `u-${at}`, email: `u${at}@example.com` }))
    const all = [...members, { id: 'ann', email: 'ann@example.com' }]
    await api.call('PUT', '/v1/rosters/gold/members?allowEmpty=true', { members: all })
    const held = (await api.call('PUT', '/v1/rosters/gold/members', { members: members.slice(0, 5) })).json()
    const isStop = /^(lane|roster)_/.test(outer)
    expect([outer, inner, await code()]).toEqual([outer, inner, isStop ? outer : 'roster_held'])
    const told = await waitsFor()
    const operator = await visit(api.app, 'ann')
    const plan = (await operator.get(`/console/rosters/gold/plans/${held.reconciliation as string}`)).body
    const { person, roster } = await pages()
    const detail = onPage(String(told.detail).replace(/ Since \S+Z\.$/, ''))
    const first = (page: string) => page.indexOf(detail)
    expect(first(person)).toBeGreaterThan(0)
    if (isStop) for (const page of [roster, plan]) expect(first(page)).toBeGreaterThan(0)
  })

  it('of a roster is what is being done while a change has its turn, though others are tried again', async () => {
    await sleep({ problem: { ...trouble, at: api.deps.clock.now() } }, 90_000)
    const said = async () => [(await pages()).roster, (await (await visit(api.app, 'ann')).get('/console')).body]
    for (const page of await said()) expect(page).toContain('tried again')
    await api.call('PUT', '/v1/rosters/gold/members/bea', { email: 'bea@example.com' })
    for (const page of await said()) {
      expect(page).not.toContain('tried again')
      expect(page).toContain('2 changes on the way')
    }
  })

  it('is a retry of everybody, without an end of the backlog, while App Store Connect gives no usable answers', async () => {
    const restUntil = api.deps.clock.now() + 45_000
    const rest = JSON.stringify({ until: restUntil, ofBlock: false })
    await api.connection.hset(laneKeys(lane).lane, 'outage', '3', 'rest', rest, 'outageSince', '1')
    const told = await waitsFor()
    expect(told).toMatchObject({ code: 'retry', until: new Date(restUntil).toISOString() })
    expect(told.detail).toMatch(/ Since 1970-01-01T00:00:00.001Z\.$/)
    expect((await api.call('GET', `/v1/team-keys/${lane}`)).json().lane).toMatchObject({ estimatedDoneAt: null })
    const { person, roster } = await pages()
    const operator = await visit(api.app, 'ann')
    const lanes = (await operator.get('/lanes')).body
    for (const page of [person, roster, lanes]) expect(page).toContain('App Store Connect gives no usable answers')
    await api.connection.hset(laneKeys(lane).lane, 'suspicion', JSON.stringify({ count: 1, since: 1 }))
    expect(await waitsFor()).toMatchObject({ code: 'retry', detail: expect.stringContaining('refused the team key') })
    expect((await operator.get('/console')).body).toContain('tried again')
  })

  it('is made here for every code there is', () => {
    const made = [...CAUSES.map(([code]) => code), 'roster_held', 'backlog']
    expect(made.toSorted()).toEqual([...WAIT_CODES].toSorted())
  })

  it('is roster_held only for those whom the plan names', async () => {
    const members = Array.from({ length: 30 }, (_, at) => ({ id: `u-${at}`, email: `u${at}@example.com` }))
    await api.call('PUT', '/v1/rosters/gold/members?allowEmpty=true', {
      members: [...members, { id: 'ann', email: 'ann@example.com' }],
    })
    const plan = (await api.call('PUT', '/v1/rosters/gold/members', { members: members.slice(0, 5) })).json()
    expect(plan.held).toBe(true)
    expect(await waitsFor('u-9')).toMatchObject({
      code: 'roster_held',
      detail: expect.stringContaining(plan.reconciliation),
    })
    expect((await waitsFor('u-2'))?.code).toBe('backlog')
    const { person, roster } = await pages('u-9')
    expect(person).toContain(`The plan ${plan.reconciliation} would remove this member, and waits for a decision.`)
    expect(person).toContain('Who has to do it: An operator.')
    expect(roster).toContain('A plan that would remove 26 people waits for a decision.')
  })

  it('is nothing where a worker that serves other keys alone runs: that is no_worker', async () => {
    await createWorkers(api.connection).beat('w-1', ['other-key'], api.deps.clock.now())
    expect(await waitsFor()).toMatchObject({ code: 'no_worker', detail: expect.stringMatching(/team key\.$/) })
    const seenAt = api.deps.clock.now() - 60_000
    await createWorkers(api.connection).beat('w-1', [lane], seenAt)
    expect(await waitsFor()).toMatchObject({
      code: 'no_worker',
      detail: expect.stringContaining(`Since ${new Date(seenAt).toISOString()}.`),
    })
  })

  it('is null for who waits for an address', async () => {
    await api.call('PUT', '/v1/rosters/gold/members/ben', { email: null })
    expect(await waitsFor('ben')).toBeNull()
  })
})
