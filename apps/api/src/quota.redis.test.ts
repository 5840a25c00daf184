import { systemClock } from '@flightroster/core/domain'
import { createMetrics } from '@flightroster/core/metrics'
import { createBudget, createStore, laneKeys } from '@flightroster/core/store'
import { createCallerQuota } from '@flightroster/core/usecases/lanes'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApiLanes } from './api-lanes.ts'
import { buildApp } from './app.ts'
import { serveApiWithApple, type TestApiWithApple } from '../testing/apple.ts'

const HOUR_MS = 3_600_000
const LIMIT = 3_600
const SHARE = 0.05 * LIMIT

let api: TestApiWithApple
let token: string

beforeEach(async () => {
  api = await serveApiWithApple({
    seed: {
      apps: [
        {
          id: '1',
          bundleId: 'com.acme.app',
          groups: [
            { id: 'gold', name: 'Gold' },
            { id: 'silver', name: 'Silver' },
          ],
        },
      ],
    },
  })
  const budgetOf = (teamKey: string) =>
    createBudget(api.connection, teamKey, { windowMs: HOUR_MS, defaultLimit: LIMIT })
  const { store } = api
  api.deps.quota = createCallerQuota({ store, clock: systemClock, budgetOf, share: 0.05, windowMs: HOUR_MS })
  await api.putTeamKey()
  const put = { teamKey: 'acme', app: { id: '1' }, group: { id: 'gold' } }
  expect((await api.call('PUT', '/v1/rosters/gold', put)).statusCode).toBe(201)
  const made = await api.call('POST', '/v1/tokens', { name: 'gold', scopes: ['admin'], rosters: ['gold'] })
  token = made.json().token
})
afterEach(() => api.close())

const asBound = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: unknown) =>
  api.call(method, url, body, { authorization: `Bearer ${token}` })
const flushKept = async () => {
  const kept = await api.connection.keys('fr:{acme}:kept:*')
  if (kept.length > 0) await api.connection.del(...kept)
}
/** Another API process on the same Redis: what it has under way, no other knows. */
const serveApiBeside = (first: TestApiWithApple) =>
  buildApp({
    ...first.deps,
    get publicUrl() {
      return first.deps.publicUrl
    },
    store: createStore(first.connection),
    metrics: createMetrics({ process: false }),
  })
const remaining = async () => (await api.call('GET', '/v1/team-keys/acme')).json().budget.remaining

describe('what callers have App Store Connect asked for', () => {
  it('is a fifth of a small share for one token bound to rosters, and then 429 with the time to wait', async () => {
    const before = api.emulator.calls().length
    let refused
    for (let at = 0; at < 100; at++) {
      await flushKept()
      const answer = await asBound('GET', '/v1/rosters/gold/builds')
      if (answer.statusCode !== 200) refused = answer
    }
    expect(api.emulator.calls().length - before).toBe(SHARE / 5)
    expect([refused?.statusCode, refused?.json().code]).toEqual([429, 'rate_limited'])
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(3_000)
    await flushKept()
    expect((await api.call('GET', '/v1/rosters/gold/builds')).statusCode).toBe(200)
  })

  it('leaves the rest of the hour to the workers, whoever asks and for whatever', async () => {
    const answers = new Set<number>()
    for (let at = 0; at < SHARE; at++) {
      await flushKept()
      answers.add((await api.call('POST', '/v1/team-keys/acme/check')).statusCode)
      answers.add((await api.call('GET', '/v1/team-keys/acme/apps')).statusCode)
    }
    expect(answers).toEqual(new Set([200, 429]))
    expect(api.emulator.calls().length).toBeLessThanOrEqual(SHARE)
    expect(await remaining()).toBeGreaterThanOrEqual(LIMIT - SHARE)
  })

  it('counts in what a team key has left', async () => {
    const before = await remaining()
    await flushKept()
    await api.call('GET', '/v1/rosters/gold/builds')
    expect(await remaining()).toBe(before - 1)
  })

  it('is told from what is kept within the minute, and asked once however many ask at once', async () => {
    await flushKept()
    const before = api.emulator.calls().length
    const answers = await Promise.all(Array.from({ length: 30 }, () => asBound('GET', '/v1/rosters/gold/builds')))
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    expect(api.emulator.calls().length - before).toBe(1)
  })

  it('is told for a minute from what is kept: apps, groups and builds', async () => {
    await flushKept()
    const ask = async (path: string) => {
      const before = api.emulator.calls().length
      expect((await api.call('GET', path)).statusCode).toBe(200)
      return api.emulator.calls().length - before
    }
    // The groups of the app, and the testers and builds of each of two.
    expect([await ask('/v1/team-keys/acme/apps'), await ask('/v1/team-keys/acme/apps')]).toEqual([1, 0])
    expect([await ask('/v1/team-keys/acme/apps/1/groups'), await ask('/v1/team-keys/acme/apps/1/groups')]).toEqual([
      5, 0,
    ])
    expect(await ask('/v1/rosters/gold/builds')).toBe(0)
    const kept = await api.connection.keys('fr:{acme}:kept:*')
    const left = await Promise.all(kept.map((key) => api.connection.pttl(key)))
    expect(left.length).toBeGreaterThanOrEqual(4)
    expect(Math.max(...left)).toBeLessThanOrEqual(60_000)
    expect(Math.min(...left)).toBeGreaterThan(5_000)
  })

  it('is as much of the hour as API_QUOTA_PERCENT says', async () => {
    const { connection, store } = api
    const { clock, log, toRef } = api.deps
    const lanes = createApiLanes({ apiQuota: 0.5, budgetWindowMs: HOUR_MS, clock, connection, log, store, toRef })
    // Half of it.
    await lanes.quota.charge('acme', null, SHARE * 10 - 100)
    await expect(lanes.quota.charge('acme', null, 101)).rejects.toMatchObject({ code: 'rate_limited' })
    await lanes.close()
  })

  it('is asked for by hand as well: a bound token has its share of what workers then do at once', async () => {
    const ids = Array.from({ length: SHARE / 5 + 2 }, (_, at) => `u-${at}`)
    const converge = (id: string) => `/v1/rosters/gold/members/${id}/converge`
    const statuses = []
    for (const id of ids) {
      await api.call('PUT', `/v1/rosters/gold/members/${id}`, { email: `${id}@example.com` })
      statuses.push((await asBound('POST', converge(id))).statusCode)
    }
    expect(statuses).toEqual(ids.map((_, at) => (at < SHARE / 5 ? 202 : 429)))
    expect((await api.call('POST', converge('u-0'))).statusCode).toBe(202)
  })

  it('stops no change of a roster that needs no answer of Apple', async () => {
    const put = { teamKey: 'acme', app: { id: '1' }, group: { id: 'gold' } }
    const before = api.emulator.calls().length
    const statuses = []
    for (let at = 0; at < 100; at++) statuses.push((await asBound('PUT', '/v1/rosters/gold', put)).statusCode)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(api.emulator.calls().length - before).toBe(SHARE / 5)
  })

  it('is one registration with Apple, asked for over and over', async () => {
    const before = api.emulator.calls().length
    for (let at = 0; at < 20; at++)
      expect((await asBound('PUT', '/v1/rosters/gold/apple-webhook')).statusCode).toBeLessThan(202)
    expect(api.emulator.calls().length - before).toBe(2)
    const answers = []
    for (let at = 0; at < 60; at++) {
      answers.push((await asBound('DELETE', '/v1/rosters/gold/apple-webhook')).statusCode)
      answers.push((await asBound('PUT', '/v1/rosters/gold/apple-webhook')).statusCode)
    }
    expect(answers).toContain(429)
    expect(api.emulator.calls().length - before).toBeLessThanOrEqual(SHARE / 5)
  })

  it('is one registration with Apple, asked for many times at once', async () => {
    const silver = { teamKey: 'acme', app: { id: '1' }, group: { id: 'silver' } }
    expect((await api.call('PUT', '/v1/rosters/silver', silver)).statusCode).toBe(201)
    const asked = ['gold', 'silver'].flatMap((roster) =>
      Array.from({ length: 10 }, () => api.call('PUT', `/v1/rosters/${roster}/apple-webhook`)),
    )
    const statuses = (await Promise.all(asked)).map(({ statusCode }) => statusCode)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array.from({ length: 19 }, () => 200), 201])
    const toldApple = (method: string) =>
      api.emulator.calls().filter((call) => call.method === method && call.path.startsWith('/v1/webhooks'))
    expect(toldApple('POST')).toHaveLength(1)
    // It serves both, so it stays until neither needs it.
    expect((await api.call('DELETE', '/v1/rosters/gold/apple-webhook')).statusCode).toBe(204)
    expect(toldApple('DELETE')).toHaveLength(0)
    expect((await api.call('DELETE', '/v1/rosters/silver/apple-webhook')).statusCode).toBe(204)
    expect(toldApple('DELETE')).toHaveLength(1)
  })

  it('is one registration with Apple, asked for in two processes at once, for an app that has one elsewhere too', async () => {
    const other = await serveApiBeside(api)
    const atApple = async () => {
      const { webhooks } = (await (await fetch(`${api.emulator.url}/_control/state`)).json()) as {
        webhooks: { id: string; url: string }[]
      }
      return webhooks.map(({ id, url }) => [id, new URL(url).host])
    }
    const kept = async () => (await api.store.appleWebhooks.list())[0]?.appleId
    const ask = async () => {
      const headers = { authorization: `Bearer ${api.deps.adminToken}` }
      const [mine, theirs] = await Promise.all(
        [api.app, other].map((app) => app.inject({ method: 'PUT', url: '/v1/rosters/gold/apple-webhook', headers })),
      )
      return [mine?.statusCode, theirs?.statusCode].toSorted((a = 0, b = 0) => a - b)
    }
    expect(await ask()).toEqual([200, 201])
    expect(await atApple()).toEqual([[await kept(), 'flightroster.example.com']])
    // It leads elsewhere by now.
    api.deps.publicUrl = 'https://moved.example.com'
    expect(await ask()).toEqual([200, 201])
    expect(await atApple()).toEqual([[await kept(), 'moved.example.com']])
    await other.close()
  })

  it('is one check of a team key, asked for twenty times at once, and leaves others their answers', async () => {
    const before = api.emulator.calls().length
    const check = () => api.call('POST', '/v1/team-keys/acme/check')
    const [others, ...checks] = await Promise.all([
      asBound('GET', '/v1/rosters/gold/builds'),
      ...Array.from({ length: 20 }, check),
    ])
    expect(others.statusCode).toBe(200)
    expect(new Set(checks.map(({ statusCode, body }) => `${statusCode} ${body}`))).toEqual(
      new Set([`200 ${checks[0]?.body}`]),
    )
    // Apps, and the right to manage testers.
    expect(api.emulator.calls().length - before).toBe(2)
    // Of a key that was replaced meanwhile nothing is told.
    api.emulator.failNext({ kind: 'delay', delayMs: 1_500 })
    const [former, newer] = await Promise.all([check(), api.putTeamKey().then(check)])
    expect([former.statusCode, newer.statusCode]).toEqual([200, 200])
    expect(api.emulator.calls().length - before).toBe(6)
  })

  it('is one reading of a group, asked for over and over, and readings cost what they read', async () => {
    const ask = () => asBound('POST', '/v1/rosters/gold/reconciliations', { dryRun: true })
    const first = await ask()
    expect(first.statusCode).toBe(202)
    expect((await ask()).json().id).toBe(first.json().id)
    const statuses = []
    for (let at = 0; at < SHARE; at++) {
      // As a worker does that begins to read.
      await api.connection.del(laneKeys('acme').roster('gold').asked)
      statuses.push((await ask()).statusCode)
    }
    expect(statuses.filter((status) => status === 202).length).toBe(SHARE / 5 - 1)
    expect(statuses).toContain(429)
  })
})
