import { laneKeys } from '@flightroster/core/store'
import { bindRoster, connectScim } from '../../../testing/scim.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  await api.addRoster()
})

const MEMBERS = '/v1/rosters/gold/members'
const PLANS = '/v1/rosters/gold/reconciliations'
const people = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `u-${at}`, email: `u-${at}@example.com` }))
const putList = (members: unknown[], query = '') => api.call('PUT', `${MEMBERS}${query}`, { members })
const protect = async (id: string, verb = 'protect') => {
  const answer = await api.call('POST', `${MEMBERS}/${encodeURIComponent(id)}/${verb}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const member = async (id: string) => (await api.call('GET', `${MEMBERS}/${id}`)).json()
const present = async () => {
  const { items } = (await api.call('GET', `${MEMBERS}?limit=1000`)).json()
  return items.filter((item: { desired: string }) => item.desired === 'present').map((item: { id: string }) => item.id)
}

describe('a protected member', () => {
  it('says so wherever members are told, until the protection ends', async () => {
    await putList(people(2))
    expect(await protect('u-1')).toMatchObject({ id: 'u-1', protected: true })
    expect(await member('u-1')).toMatchObject({ protected: true })
    const { items } = (await api.call('GET', MEMBERS)).json()
    expect(items.map((item: { protected: boolean }) => item.protected)).toEqual([false, true])
    expect(await protect('u-1', 'unprotect')).toMatchObject({ protected: false })
    expect((await api.call('POST', `${MEMBERS}/nobody/protect`)).statusCode).toBe(404)
  })

  it('is told of in the timeline, the activity and the audit, once, with who asked and without an address', async () => {
    await putList([{ id: 'ann@example.com', email: 'ann@example.com' }])
    await protect('ann@example.com')
    await protect('ann@example.com')
    const timeline = (await api.call('GET', `${MEMBERS}/ann%40example.com/timeline`)).json().items
    expect(timeline.map((item: { kind: string }) => item.kind)).toEqual(['protected', 'joined'])
    const audited = (await api.call('GET', '/v1/audit'))
      .json()
      .items.filter(({ action }: { action: string }) => action === 'member.protect')
    expect(audited).toEqual([expect.objectContaining({ actor: 'token:ADMIN_TOKEN', target: 'roster:gold' })])
    expect(JSON.stringify(audited)).not.toContain('ann@')
    const { items } = (await api.call('GET', '/v1/rosters/gold/activity?kind=request')).json()
    expect(items).toEqual([expect.objectContaining({ by: 'token:ADMIN_TOKEN', member: 'ann@example.com' })])
  })

  it('stays when a list does not name them, and the plan says so, dry or real', async () => {
    await putList(people(20))
    await protect('u-1')
    const list = people(20).slice(3)
    const dry = (await putList(list, '?dryRun=true')).json()
    expect(dry).toMatchObject({ plan: { remove: 2, unchanged: 18 }, kept: [{ id: 'u-1', reason: 'protected' }] })
    expect(dry.plan.names.remove.sort()).toEqual(['u-0', 'u-2'])
    const real = (await putList(list)).json()
    expect(real).toMatchObject({ plan: { remove: 2 }, kept: [{ id: 'u-1', reason: 'protected' }] })
    expect((await api.call('GET', `${PLANS}/${real.reconciliation}`)).json()).toMatchObject({
      kept: [{ id: 'u-1', reason: 'protected' }],
    })
    expect(await present()).toHaveLength(18)
    expect(await member('u-1')).toMatchObject({ desired: 'present', protected: true })
  })

  it('keeps the address that a list would clear', async () => {
    await putList(people(20))
    await protect('u-1')
    const list = people(20).map((one) => (one.id === 'u-1' ? { ...one, email: null, firstName: 'Ann' } : one))
    expect((await putList(list)).json()).toMatchObject({
      plan: { update: 1, remove: 0 },
      kept: [{ id: 'u-1', reason: 'protected' }],
    })
    expect(await member('u-1')).toMatchObject({ email: 'u-1@example.com', firstName: 'Ann' })
  })

  it('is left alone by a plan that was held before the protection and is approved after it', async () => {
    await putList(people(20))
    const held = (await putList(people(5))).json()
    expect(held).toMatchObject({ held: true, plan: { remove: 15 } })
    await protect('u-7')
    const refused = await api.call('POST', `${PLANS}/${held.reconciliation}/approve`, {})
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'plan_changed'])
    const { items } = (await api.call('GET', PLANS)).json()
    const fresh = items.find(({ status }: { status: string }) => status === 'held')
    expect(fresh).toMatchObject({ plan: { remove: 14 }, kept: [{ id: 'u-7', reason: 'protected' }] })
    expect((await api.call('POST', `${PLANS}/${fresh.id}/approve`, {})).statusCode).toBe(200)
    expect(await present()).toEqual(['u-0', 'u-1', 'u-2', 'u-3', 'u-4', 'u-7'])
  })

  it('is on the roster when a list of nobody is meant', async () => {
    await putList(people(20))
    await protect('u-7')
    expect((await putList([], '?allowEmpty=true')).json()).toMatchObject({ held: false, plan: { remove: 19 } })
    expect(await present()).toEqual(['u-7'])
  })

  it('is protected still after our own file was read back', async () => {
    await putList(people(3))
    await protect('u-1')
    const file = await api.call('GET', MEMBERS, undefined, { accept: 'text/csv' })
    const answer = await api.call('PUT', MEMBERS, file.body, { 'content-type': 'text/csv' })
    expect(answer.json().plan).toEqual({ add: 0, update: 0, remove: 0, unchanged: 3 })
    expect(await member('u-1')).toMatchObject({ protected: true })
  })

  it('leaves by an event, and by hand', async () => {
    await putList(people(3))
    await protect('u-1')
    await protect('u-2')
    await api.call('POST', '/v1/events', { type: 'member.left', data: { roster: 'gold', member: { id: 'u-1' } } })
    await api.call('DELETE', `${MEMBERS}/u-2`)
    expect(await present()).toEqual(['u-0'])
  })

  it('leaves by what the identity provider pushes, also where that was held and approved', async () => {
    await bindRoster(api, 'gold', 'beta')
    const provider = await connectScim(api)
    const users: string[] = []
    for (let at = 0; at < 12; at++) users.push(await provider.addUser(`u-${at}@example.com`))
    const id = await provider.addGroup('beta', users)
    expect(await present()).toHaveLength(12)
    await protect(users[0] as string)
    await protect(users[1] as string)
    const push = (ids: string[]) =>
      provider.call('PUT', `/Groups/${id}`, { displayName: 'beta', members: ids.map((value) => ({ value })) })
    await push(users.slice(1))
    expect(await present()).toHaveLength(11)
    await push(users.slice(11))
    const { items } = (await api.call('GET', PLANS)).json()
    expect(items).toMatchObject([{ status: 'held', plan: { remove: 10 } }])
    expect((await api.call('POST', `${PLANS}/${items[0].id}/approve`, {})).statusCode).toBe(200)
    expect(await present()).toEqual([users[11]])
  })

  it('is not protected by a call that comes after the person was forgotten', async () => {
    const keys = laneKeys('acme').roster('gold')
    await putList(people(1))
    await api.connection.hdel(keys.desired, 'u-0')
    expect((await api.call('POST', `${MEMBERS}/u-0/protect`)).statusCode).toBe(404)
    expect(await api.connection.exists(keys.protections)).toBe(0)
  })
})
