import { laneKeys } from '@flightroster/core/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit } from '../../../testing/visitor.ts'

const DAY = 86_400_000
const RULE = {
  notAcceptedDays: 30,
  notInstalledDays: null,
  noSessionDays: null,
  graceDays: 7,
  reclaim: 'never' as const,
}
const RECLAIM = '/v1/rosters/gold/idle/reclaim'
const MEMBERS = '/v1/rosters/gold/members'

let api: TestApi

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  await api.addRoster({ idle: RULE })
})

const keys = laneKeys('acme').roster('gold')
/** Who was invited so many days ago, and has not accepted. */
async function addInvited(id: string, days: number): Promise<void> {
  await api.call('PUT', `${MEMBERS}/${id}`, { email: `${id}@example.com` })
  await api.connection.zadd(keys.status, 3, id)
  await api.connection.hset(keys.sightings, id, JSON.stringify(['invited', Date.now() - days * DAY]))
  await api.connection.hset(keys.figures, 'seenAt', Date.now())
}
/** Whose seat a worker has taken back. */
async function addReclaimed(id: string): Promise<void> {
  await api.call('PUT', `${MEMBERS}/${id}`, { email: `${id}@example.com` })
  const problem = { code: 'idle_reclaimed', detail: 'The seat was taken back.', at: Date.now() }
  await api.connection.hset(keys.observed, id, JSON.stringify({ v: 2, c: 1, x: 1, p: problem }))
  await api.connection.zadd(keys.status, 9, id)
}

describe('POST /v1/rosters/{rosterId}/idle/reclaim', () => {
  it('answers with a plan of kind reclaim, with names and reasons, and where to follow it', async () => {
    await addInvited('slow', 31)
    await addInvited('new', 3)
    const dry = await api.call('POST', RECLAIM, { dryRun: true, members: ['slow', 'new', 'nobody'] })
    expect(dry.statusCode).toBe(202)
    expect(dry.json()).toMatchObject({
      kind: 'reclaim',
      status: 'done',
      dryRun: true,
      plan: { add: 0, update: 0, remove: 1, unchanged: 1 },
      removals: ['slow'],
      idle: [{ id: 'slow', reason: 'not_accepted', since: expect.any(String) }],
      kept: [
        { id: 'new', reason: 'not_idle' },
        { id: 'nobody', reason: 'not_a_member' },
      ],
      heldBy: null,
    })
    expect((await api.call('GET', String(dry.headers['location']))).json()).toEqual(dry.json())
    const real = await api.call('POST', RECLAIM)
    expect([real.statusCode, real.json()]).toMatchObject([
      202,
      { status: 'running', dryRun: false, removals: ['slow'] },
    ])
  })

  it('refuses without a rule, an unknown roster, and what is no body', async () => {
    await api.addRoster({ id: 'silver', group: { id: 'g2', name: 'Silver' } })
    const refused = await api.call('POST', '/v1/rosters/silver/idle/reclaim', {})
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'idle_rule_missing'])
    expect((await api.call('POST', '/v1/rosters/none/idle/reclaim', {})).statusCode).toBe(404)
    expect((await api.call('POST', RECLAIM, { members: 'all' })).statusCode).toBe(400)
    expect((await api.call('POST', RECLAIM, { dry: true })).statusCode).toBe(400)
  })
})

describe('a member whose seat was taken back', () => {
  it('says so with the way back, and comes back by a restore', async () => {
    await addReclaimed('ann')
    expect((await api.call('GET', `${MEMBERS}/ann`)).json()).toMatchObject({
      status: 'reclaimed',
      desired: 'present',
      problem: { code: 'idle_reclaimed', action: expect.stringContaining('member.joined') },
    })
    const restored = await api.call('POST', `${MEMBERS}/ann/restore`)
    expect([restored.statusCode, restored.json()]).toEqual([202, { roster: 'gold', member: 'ann', status: 'accepted' }])
    expect((await api.call('GET', `${MEMBERS}/ann`)).json()).toMatchObject({ status: 'pending', problem: null })
    expect((await api.call('GET', `${MEMBERS}/ann/timeline`)).json().items[0]).toMatchObject({
      kind: 'restored',
      text: 'Put back, through the API.',
    })
  })

  it('stays so through a list that names them, with another name too, and leaves by one that does not', async () => {
    await addReclaimed('ann')
    await addInvited('bob', 1)
    const list = [
      { id: 'ann', email: 'ann@example.com', firstName: 'Ann' },
      { id: 'bob', email: 'bob@example.com' },
    ]
    expect((await api.call('PUT', MEMBERS, { members: list })).json().plan).toMatchObject({ add: 0, update: 1 })
    const { joined } = (await api.store.members('acme', 'gold').find('ann'))!.desired
    expect(joined).toBe(1)
    expect((await api.call('PUT', MEMBERS, { members: [list[1]] })).json().plan).toMatchObject({ remove: 1 })
    expect((await api.call('GET', `${MEMBERS}/ann`)).json()).toMatchObject({ desired: 'absent' })
  })

  it('is explained on the page of the console, which puts them back and notes who did it', async () => {
    await addReclaimed('ann')
    const ann = await visit(api.app, 'ann')
    const page = (await ann.get('/console/rosters/gold/member?id=ann')).body
    expect(page).toContain('seat taken back')
    expect(page).toContain('Put back</button>')
    const done = await ann.post('/console/rosters/gold/member/restore', { id: 'ann' })
    expect(done.statusCode).toBe(303)
    expect((await ann.get('/console/rosters/gold/member?id=ann')).body).not.toContain('Put back</button>')
    const { items } = (await api.call('GET', '/v1/audit')).json()
    expect(items[0]).toMatchObject({ actor: 'user:ann', action: 'member.restore', target: 'roster:gold' })
  })
})

describe('the page of idle testers', () => {
  it('takes all their seats back for an operator, who is asked first and lands on the plan', async () => {
    await addInvited('slow', 31)
    await addInvited('new', 3)
    const ann = await visit(api.app, 'ann')
    expect((await ann.get('/console/rosters/gold/idle')).body).toContain('1 person would leave the app')
    const done = await ann.post('/console/rosters/gold/idle/reclaim')
    expect(done.statusCode).toBe(303)
    const page = (await ann.get(String(done.headers['location']))).body
    expect(page).toContain('Seats to take back')
    expect(page).toContain('has not accepted since')
    const bob = await visit(api.app, 'bob')
    expect((await bob.get('/console/rosters/gold/idle')).body).not.toContain('Take these seats back')
  })
})

describe('the own page of a member whose seat was taken back', () => {
  it.each([
    ['asking for the invitation', 'invitation', {}, 'ann@example.com'],
    ['giving an address', 'address', { email: 'ann.new@example.com' }, 'ann.new@example.com'],
  ])('says so, and %s brings them back', async (_, form, fields, email) => {
    await addReclaimed('ann')
    const { url } = (await api.call('POST', `${MEMBERS}/ann/link`, { days: 1 })).json()
    const { pathname } = new URL(url)
    const ann = await visit(api.app)
    expect((await ann.get(pathname)).body).toContain('was freed, because you did not use it')
    expect((await ann.post(`${pathname}/${form}`, fields)).statusCode).toBe(303)
    expect((await api.call('GET', `${MEMBERS}/ann`)).json()).toMatchObject({ status: 'pending', problem: null, email })
    expect((await api.call('GET', `${MEMBERS}/ann/timeline`)).json().items[0]).toMatchObject({
      kind: 'restored',
      text: 'Put back, by the member, on their own page.',
    })
  })
})

describe('a member who was removed', () => {
  it('comes back by a restore with all that is known; one who is in is left alone', async () => {
    await api.call('PUT', `${MEMBERS}/ann`, { email: 'ann@example.com', firstName: 'Ann' })
    const before = (await api.call('GET', `${MEMBERS}/ann/timeline`)).json().items.length
    expect((await api.call('POST', `${MEMBERS}/ann/restore`)).statusCode).toBe(202)
    expect((await api.call('GET', `${MEMBERS}/ann/timeline`)).json().items).toHaveLength(before)
    await api.call('DELETE', `${MEMBERS}/ann`)
    await api.call('POST', `${MEMBERS}/ann/restore`)
    expect((await api.call('GET', `${MEMBERS}/ann`)).json()).toMatchObject({
      desired: 'present',
      email: 'ann@example.com',
      firstName: 'Ann',
    })
    expect((await api.call('POST', `${MEMBERS}/nobody/restore`)).statusCode).toBe(404)
  })
})
