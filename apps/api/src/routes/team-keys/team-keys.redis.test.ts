import { createBudget, writeLaneStanding } from '@flightroster/core/store'
import { makePrivateKey } from '@flightroster/core/testing'
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../testing/apple.ts'

let api: TestApiWithApple

beforeAll(async () => {
  api = await serveApiWithApple()
})
afterAll(() => api.close())
beforeEach(() => api.connection.flushall())
afterEach(() => api.emulator.clearFaults())

const ISSUER = '57246542-96fe-1a63-e053-0824d011072a'
const body = (privateKey: string) => ({ issuerId: ISSUER, keyId: '2X9R4HXF34', privateKey })
const firstKey = () => api.emulator.keys[0] as { keyId: string }

interface Finding {
  check: string
  ok: boolean | null
  detail: string
  action: string | null
}
const check = async (): Promise<Record<string, Finding>> => {
  const answer = await api.call('POST', '/v1/team-keys/acme/check')
  expect(answer.statusCode).toBe(200)
  return Object.fromEntries(answer.json().findings.map((finding: Finding) => [finding.check, finding]))
}

describe('team keys', () => {
  it('are added with 201, replaced with 200, and never show their private key', async () => {
    const privateKey = makePrivateKey()
    const added = await api.call('PUT', '/v1/team-keys/acme', body(privateKey))
    expect(added.statusCode).toBe(201)
    expect(added.json()).toEqual({
      id: 'acme',
      issuerId: ISSUER,
      keyId: '2X9R4HXF34',
      status: 'unchecked',
      problem: null,
      budget: { limit: 3600, remaining: null, observedAt: null },
      lane: { waiting: 0, active: 0, delayed: 0, failed: 0, paused: false, nextVisitAt: null, estimatedDoneAt: null },
    })
    expect((await api.call('PUT', '/v1/team-keys/acme', body(makePrivateKey()))).statusCode).toBe(200)
    const secret = privateKey.split('\n')[1] as string
    const stored = JSON.stringify(await api.store.teamKeys.list())
    for (const text of [added.body, (await api.call('GET', '/v1/team-keys')).body, stored, api.logged.join('')]) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain('PRIVATE KEY')
    }
  })

  it('inherit nothing of one of the same id that was deleted, though it was visited meanwhile', async () => {
    const redis = api.connection
    const put = () => api.call('PUT', '/v1/team-keys/acme', body(makePrivateKey()))
    const fresh = (await put()).json()
    const problem = { code: 'key_rejected' as const, detail: 'Rejected.', at: Date.now() }
    const leave = async () => {
      await writeLaneStanding(redis, 'acme', { blocked: problem, status: 'rejected', problem })
      await redis.hset('fr:{acme}:lane', {
        paused: '1',
        rest: JSON.stringify({ until: Date.now() + 60_000, ofBlock: true }),
      })
      await createBudget(redis, 'acme', { windowMs: 3_600_000, defaultLimit: 3_600 }).reserve(100, 0)
      await redis.zadd('fr:{acme}:lane-acme:failed', 1, 'm-1')
      await redis.hset('fr:{acme}:lane-acme:m-1', 'name', 'converge')
      await redis.zadd('fr:{acme}:schedule', 1, 'reconcile:gold')
      await redis.sadd('fr:{acme}:seen:1', 'an event')
      await redis.set('fr:{acme}:marks:1', 1)
      await redis.sadd('fr:{acme}:marks:1:0', 17)
      await redis.hset('fr:{acme}:seats:1234', 'used', 9_999)
    }
    await leave()
    expect((await api.call('GET', '/v1/team-keys/acme')).json()).not.toEqual(fresh)
    expect((await api.call('DELETE', '/v1/team-keys/acme')).statusCode).toBe(204)
    expect(await redis.keys('fr:{acme}:*')).toEqual([])
    await leave()
    expect((await put()).statusCode).toBe(201)
    expect((await api.call('GET', '/v1/team-keys/acme')).json()).toEqual(fresh)
    expect([await redis.keys('fr:{acme}:*'), await redis.hkeys('fr:{acme}:lane')]).toEqual([
      ['fr:{acme}:lane'],
      ['keyAt'],
    ])
  })

  it('keep the line ends of no particular system', async () => {
    const answer = await api.call('PUT', '/v1/team-keys/acme', body(makePrivateKey().replaceAll('\n', '\r\n').trim()))
    expect(answer.statusCode).toBe(201)
  })

  it.each([
    ['a text', 'hello'],
    [
      'a key of another curve',
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
    [
      'an RSA key',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
    [
      'a SEC1 key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }),
    ],
    [
      'a public key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }),
    ],
    ['a broken key', makePrivateKey().replace(/[A-Za-z0-9+/]{20}/, 'AAAA')],
  ])('refuse %s with private_key_invalid', async (_name, privateKey) => {
    const answer = await api.call('PUT', '/v1/team-keys/acme', body(privateKey as string))
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'private_key_invalid'])
  })

  it('cannot be deleted while a roster uses them', async () => {
    await api.addRoster()
    const refused = await api.call('DELETE', '/v1/team-keys/acme')
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'team_key_in_use'])
    expect(refused.json().detail).toContain('"gold"')
    expect((await api.call('DELETE', '/v1/rosters/gold')).statusCode).toBe(204)
    expect((await api.call('DELETE', '/v1/team-keys/acme')).statusCode).toBe(204)
    expect((await api.call('DELETE', '/v1/team-keys/acme')).statusCode).toBe(404)
  })

  it('pause and resume their lane', async () => {
    await api.addRoster()
    expect((await api.call('POST', '/v1/team-keys/acme/pause')).json().lane.paused).toBe(true)
    expect((await api.call('GET', '/v1/rosters/gold')).json().status).toBe('paused')
    expect((await api.call('POST', '/v1/team-keys/acme/resume')).json().lane.paused).toBe(false)
    expect((await api.call('POST', '/v1/team-keys/none/pause')).statusCode).toBe(404)
  })
})

describe('checking a team key', () => {
  beforeEach(() => api.putTeamKey())

  it('finds everything in order, and names the apps it sees', async () => {
    const findings = await check()
    expect(Object.keys(findings)).toEqual(['key_signs', 'clock', 'key_accepted', 'role', 'agreements', 'apps'])
    expect(Object.values(findings).map((finding) => finding.ok)).toEqual([true, true, true, true, true, true])
    expect(findings['apps']?.detail).toContain('com.acme.app')
    expect((await api.call('GET', '/v1/team-keys/acme')).json().status).toBe('working')
  })

  it('lets a lane that was blocked go on once it passes', async () => {
    const problem = JSON.stringify({ code: 'key_rejected', detail: 'x', at: 1 })
    await api.connection.hset('fr:{acme}:lane', 'blocked', problem, 'status', 'rejected', 'problem', problem)
    const { items } = (await api.call('GET', '/v1/lanes')).json()
    expect(items[0]).toMatchObject({ teamKey: 'acme', state: 'blocked', problem: { code: 'key_rejected' } })
    await check()
    expect((await api.call('GET', '/v1/lanes?state=blocked')).json().items).toEqual([])
  })

  it('tells a key that Apple rejects, and believes no single 401', async () => {
    api.emulator.failNext({ kind: 'status', status: 401 })
    expect((await check())['key_accepted']?.ok).toBe(true)
    api.emulator.revokeKey(firstKey().keyId)
    const findings = await check()
    expect(findings['key_accepted']).toMatchObject({ ok: false, action: expect.stringContaining('Team Keys') })
    expect(findings['role']?.ok).toBeNull()
    expect((await api.call('GET', '/v1/team-keys/acme')).json()).toMatchObject({
      status: 'rejected',
      problem: { code: 'key_rejected' },
    })
    api.emulator.restoreKey(firstKey().keyId)
  })

  it.each(['DEVELOPER', 'SALES'] as const)('tells a role that may not manage testers: %s', async (role) => {
    api.emulator.setRole(firstKey().keyId, role)
    const findings = await check()
    expect(findings['key_accepted']?.ok).toBe(true)
    expect(findings['role']).toMatchObject({ ok: false, action: expect.stringContaining('App Manager') })
    expect((await api.call('GET', '/v1/team-keys/acme')).json().status).toBe('forbidden')
    api.emulator.setRole(firstKey().keyId, 'APP_MANAGER')
  })

  it('tells an agreement that is missing', async () => {
    api.emulator.setAgreementsOk(false)
    const findings = await check()
    expect(findings['agreements']).toMatchObject({ ok: false, action: expect.stringContaining('Agreements') })
    expect((await api.call('GET', '/v1/team-keys/acme')).json().status).toBe('agreement_required')
    api.emulator.setAgreementsOk(true)
  })

  it('says nothing of the key while Apple is away', async () => {
    api.emulator.failNext({ kind: 'status', status: 503, times: 20 })
    const findings = await check()
    expect(findings['key_accepted']).toMatchObject({ ok: false })
    expect((await api.call('GET', '/v1/team-keys/acme')).json().status).toBe('unchecked')
  })

  it('changes nothing at Apple and sends nothing that is not valid by its schema', async () => {
    api.emulator.resetLedgers()
    await check()
    expect(api.emulator.violations()).toEqual([])
    expect(api.emulator.testers()).toEqual([])
  })
})

describe('what a team key offers', () => {
  it('is apps and groups, with what helps to choose', async () => {
    await api.putTeamKey()
    const { items: apps } = (await api.call('GET', '/v1/team-keys/acme/apps')).json()
    expect(apps).toEqual([{ id: '6449123456', bundleId: 'com.acme.app', name: 'Acme Demo' }])
    const { items: groups } = (await api.call('GET', '/v1/team-keys/acme/apps/6449123456/groups')).json()
    expect(groups).toMatchObject([
      { name: 'Acme Team', type: 'internal', testers: 0, roster: null },
      { name: 'Beta – Gold', type: 'external', builds: [{ number: '42', version: '1.0' }], roster: null },
    ])
    expect((await api.call('GET', '/v1/team-keys/acme/apps/1/groups')).statusCode).toBe(404)
  })

  it('is refused with what a person must mend', async () => {
    await api.putTeamKey()
    api.emulator.setAgreementsOk(false)
    const answer = await api.call('GET', '/v1/team-keys/acme/apps')
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'agreement_required'])
    api.emulator.setAgreementsOk(true)
  })
})
