import { laneKeys } from '@flightroster/core/store'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

const COUNT = 600
const STAYING = 20
const PLANS = '/v1/rosters/gold/reconciliations'

let api: TestApi

beforeAll(async () => void (api = await serveApi()))
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  await api.addRoster()
})

const idOf = (at: number) => `u-${String(at).padStart(3, '0')}`
const people = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: idOf(at), email: `u-${at}@example.com` }))
const leavers = people(COUNT)
  .slice(STAYING)
  .map(({ id }) => id)
const putList = async (count: number) =>
  (await api.call('PUT', '/v1/rosters/gold/members', { members: people(count) })).json()
const read = async (path: string) => (await api.call('GET', path)).json()
const presentCount = async () =>
  (await read('/v1/rosters/gold/members?limit=1000')).items.filter(
    ({ desired }: { desired: string }) => desired === 'present',
  ).length
const namesKept = async () => (await api.connection.keys(laneKeys('acme').planNames('*'))).length

it('a plan that names hundreds tells them all, whether it is read, listed, changed or approved', async () => {
  await putList(COUNT)
  const { reconciliation: id } = await putList(STAYING)
  const plan = await read(`${PLANS}/${id}`)
  expect([plan.status, plan.heldBy, plan.plan.remove]).toEqual(['held', 'roster', leavers.length])
  expect(plan.removals.sort()).toEqual(leavers)
  const { items } = await read(PLANS)
  expect(items.find((item: { id: string }) => item.id === id).removals.sort()).toEqual(leavers)
  expect((await read('/v1/rosters/gold')).status).toBe('held')
  expect((await read(`/v1/rosters/gold/members/${leavers[0]}`)).waitsFor).toMatchObject({ code: 'roster_held' })

  // One of them leaves meanwhile: others than shown would go.
  await api.call('POST', '/v1/events', {
    id: 'left-1',
    source: '/crm',
    type: 'member.left',
    data: { roster: 'gold', member: { id: leavers[0] } },
  })
  const changed = await api.call('POST', `${PLANS}/${id}/approve`)
  expect([changed.statusCode, changed.json().code]).toEqual([409, 'plan_changed'])
  const fresh = (await read(PLANS)).items.find(({ status }: { status: string }) => status === 'held').id
  expect((await read(`${PLANS}/${fresh}`)).removals.sort()).toEqual(leavers.slice(1))
  expect((await read(`${PLANS}/${id}`)).removals.sort()).toEqual(leavers)

  const approved = await api.call('POST', `${PLANS}/${fresh}/approve`)
  expect([approved.statusCode, approved.json().removals.length]).toEqual([200, leavers.length - 1])
  expect(await presentCount()).toBe(STAYING)
  // One place for each plan that names many, the first list's among them, and no other.
  expect(await namesKept()).toBe(3)
})
