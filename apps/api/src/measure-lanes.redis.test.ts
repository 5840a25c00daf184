import { createBudget, createWorkers, laneKeys, writeLaneStanding } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())

const read = async (path: string) => (await api.call('GET', path)).json()

/** What Prometheus reads, by name and labels. */
async function measured(): Promise<Record<string, number>> {
  const { body } = await api.call('GET', '/metrics')
  const lines = body.matchAll(/^flightroster_(\S+) (\S+)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [String(name), Number(value)]))
}

/** The same, from what the API tells of each thing. */
async function told() {
  const lanes = (await read('/v1/lanes')).items as { state: string; teamKey: string }[]
  const keys = await Promise.all(lanes.map(({ teamKey }) => read(`/v1/team-keys/${teamKey}`)))
  const plans = await Promise.all(['gold', 'silver', 'bronze'].map((id) => read(`/v1/rosters/${id}/reconciliations`)))
  const shares = keys.map(({ budget }) => (budget.remaining === null ? 1 : budget.remaining / budget.limit))
  const count = (state: string) => lanes.filter((lane) => lane.state === state).length
  const webhooks = (await read('/v1/webhooks')).items as { status: string }[]
  return {
    'lanes{state="paused"}': count('paused'),
    'lanes{state="blocked"}': count('blocked'),
    'lanes{state="idle"}': count('idle'),
    backlog: keys.reduce((sum, { lane }) => sum + lane.waiting + lane.active + lane.delayed, 0),
    held_plans: plans.flatMap(({ items }) => items).filter(({ status }) => status === 'held').length,
    budget_left_ratio: Math.min(...shares),
    budget_low_lanes: shares.filter((share) => share < 0.1).length,
    disabled_webhooks: webhooks.filter(({ status }) => status === 'disabled').length,
  }
}

const people = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `u-${at}`, email: `p${at}@example.com` }))

it('what Prometheus reads is what the API says, in calm and in trouble', async () => {
  for (const [id, teamKey] of [
    ['gold', 'key-1'],
    ['silver', 'key-2'],
    ['bronze', 'key-3'],
  ] as const)
    await api.addRoster({ id, teamKey, group: { id: `g-${id}`, name: id } })
  await createWorkers(api.connection).beat('w-1', null, api.deps.clock.now())
  // What is known of all lanes is kept for three seconds.
  const agree = () =>
    eventually(async () => expect(await measured()).toMatchObject(await told()), { timeoutMs: 20_000 })
  await agree()
  expect(await told()).toMatchObject({ backlog: 0, held_plans: 0, budget_low_lanes: 0, disabled_webhooks: 0 })

  // Paused with a backlog; blocked; a held plan; a key that is nearly spent; a webhook that is given up.
  await api.call('POST', '/v1/team-keys/key-1/pause')
  await api.call('PUT', '/v1/rosters/gold/members/ann', { email: 'ann@example.com' })
  const problem = { code: 'key_rejected' as const, detail: 'Apple rejects the key.', at: 1 }
  await writeLaneStanding(api.connection, 'key-2', { blocked: problem, problem, status: 'rejected' })
  await api.call('PUT', '/v1/rosters/bronze/members', { members: people(30) })
  await api.call('PUT', '/v1/rosters/bronze/members', { members: people(2) })
  const budget = createBudget(api.connection, 'key-3', { windowMs: 3_600_000, defaultLimit: 3_600 })
  await budget.note({ hourLimit: 3_600, hourRemaining: 180, minuteLimit: null, minuteRemaining: null }, 0)
  const webhook = { url: 'https://crm.example.com/x', types: ['*'], rosters: null }
  for (const id of ['crm', 'shop']) await api.call('PUT', `/v1/webhooks/${id}`, webhook)
  await api.connection.hset('fr:{wh:crm}:health', 'disabledAt', 1_000)
  await api.store.webhooks.noteChange()
  await agree()
  expect(await told()).toEqual({
    'lanes{state="paused"}': 1,
    'lanes{state="blocked"}': 1,
    'lanes{state="idle"}': 0,
    backlog: 31,
    held_plans: 1,
    budget_left_ratio: 0.05,
    budget_low_lanes: 1,
    disabled_webhooks: 1,
  })
})

it('says how late the lanes are once nobody takes them up, and that no worker runs is said by the API as well', async () => {
  await createWorkers(api.connection).end('w-1', api.deps.clock.now())
  await api.store.ready.ring('key-3')
  const [due] = await api.store.ready.dueAt(['key-3'])
  await eventually(async () => {
    const { late_lanes: lanes, lane_lateness_seconds: late } = await measured()
    expect(lanes).toBeGreaterThanOrEqual(1)
    expect(late).toBeGreaterThanOrEqual((api.deps.clock.now() - (due ?? 0)) / 1_000 - 2)
    expect(late).toBeGreaterThan(1)
  })
  expect((await read('/v1/rosters/bronze/members/u-1')).waitsFor).toMatchObject({ code: 'no_worker' })
  await api.connection.zadd(laneKeys('key-3').outboxInteractive, api.deps.clock.now() - 600_000, 'bronze\0u-1')
  const waiting = await api.store.lane('key-3').oldestWaitingAt()
  const { oldest_waiting_seconds: oldest = 0 } = await measured()
  expect(oldest).toBeGreaterThanOrEqual(600)
  expect(Math.abs((api.deps.clock.now() - (waiting ?? 0)) / 1_000 - oldest)).toBeLessThan(5)
})
