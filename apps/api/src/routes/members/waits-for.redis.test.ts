import { queueName, queuePrefix, createBudget, createWorkers, writeLaneStanding } from '@flightroster/core/store'
import { Queue } from 'bullmq'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi
let lane: string
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.store.redis.flushall()
  lane = (await api.addRoster({ id: 'gold' })).teamKey
  await createWorkers(api.store.redis).beat('w-1', null, api.deps.clock.now())
  await api.call('PUT', '/v1/rosters/gold/members/ann', { email: 'ann@example.com' })
})

const waitsFor = async (id = 'ann') => (await api.call('GET', `/v1/rosters/gold/members/${id}`)).json().waitsFor
const blocked = { code: 'key_rejected' as const, detail: 'Apple rejects the key.', at: 1 }
const sleep = async (attemptsMade: number, forMs: number) => {
  const ref = api.deps.toRef('gold', 'ann')
  const queue = new Queue(queueName(lane), { connection: api.store.redis, prefix: queuePrefix(lane) })
  await queue.remove(ref)
  await queue.add('converge', { v: 1, roster: 'gold', ref }, { jobId: ref, delay: forMs })
  await api.store.redis.hset(`${queuePrefix(lane)}:${queueName(lane)}:${ref}`, 'atm', attemptsMade)
  await queue.close()
}

describe('waitsFor of a member', () => {
  it('is the backlog where nothing else holds the change up', async () => {
    expect(await waitsFor()).toMatchObject({ code: 'backlog', until: expect.any(String) })
  })

  it.each([
    ['lane_blocked', () => writeLaneStanding(api.store.redis, lane, { blocked }), null],
    ['lane_paused', () => api.call('POST', `/v1/team-keys/${lane}/pause`), null],
    ['roster_blocked', () => api.store.rosters.update('gold', (roster) => ({ ...roster, blocked })), null],
    ['roster_paused', () => api.call('POST', '/v1/rosters/gold/pause'), null],
    ['no_worker', () => createWorkers(api.store.redis).end('w-1'), null],
    [
      'budget',
      () => createBudget(api.store.redis, lane, { windowMs: 3_600_000, defaultLimit: 3_600 }).keepQuiet(60_000),
      60_000,
    ],
    ['retry', () => sleep(2, 90_000), 90_000],
    ['quiet_time', () => sleep(0, 60_000), 60_000],
  ])('is %s while that lasts, in the API and among people', async (code, cause, forMs) => {
    const begun = api.deps.clock.now()
    await cause()
    const told = await waitsFor()
    expect(told).toMatchObject({ code, detail: expect.any(String), action: expect.any(String) })
    const people = (await api.call('GET', '/v1/people?email=ann@example.com')).json().items
    const list = (await api.call('GET', '/v1/rosters/gold/members')).json().items
    expect([people[0].member.waitsFor.code, list[0].waitsFor.code]).toEqual([code, code])
    const until = told.until === null ? null : Math.round((Date.parse(told.until) - begun) / 30_000)
    expect(until).toBe(forMs === null ? null : Math.round(forMs / 30_000))
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
  })

  it('is nothing where a worker that serves other keys alone runs: that is no_worker', async () => {
    await createWorkers(api.store.redis).beat('w-1', ['other-key'], api.deps.clock.now())
    expect((await waitsFor()).code).toBe('no_worker')
    await createWorkers(api.store.redis).beat('w-1', [lane], api.deps.clock.now() - 60_000)
    expect((await waitsFor()).code).toBe('no_worker')
  })

  it('is null for who waits for an address', async () => {
    await api.call('PUT', '/v1/rosters/gold/members/ben', { email: null })
    expect(await waitsFor('ben')).toBeNull()
  })
})
