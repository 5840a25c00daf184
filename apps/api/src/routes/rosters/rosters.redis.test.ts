import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../testing/apple.ts'

let api: TestApiWithApple

beforeEach(async () => {
  api = await serveApiWithApple({
    seed: {
      apps: [
        {
          id: '1',
          bundleId: 'com.acme.app',
          groups: [
            { id: 'team', name: 'Team', isInternalGroup: true },
            { id: 'gold', name: 'Gold' },
            { id: 'silver', name: 'Silver' },
            { id: 'twin-1', name: 'Twin' },
            { id: 'twin-2', name: 'Twin' },
          ],
          builds: [{ groups: ['gold'] }],
        },
        { id: '2', bundleId: 'com.acme.other', groups: [{ id: 'lonely', name: 'Lonely' }] },
      ],
    },
  })
  await api.putTeamKey()
})
afterEach(() => api.close())

const body = (overrides: Record<string, unknown> = {}) => ({
  teamKey: 'acme',
  app: { bundleId: 'com.acme.app' },
  group: { name: 'Gold' },
  ...overrides,
})
const put = (id: string, overrides: Record<string, unknown> = {}) =>
  api.call('PUT', `/v1/rosters/${id}`, body(overrides))

describe('PUT /v1/rosters/{rosterId}', () => {
  it('creates a roster with the resolved app and group and every default', async () => {
    const created = await put('r')
    expect(created.statusCode).toBe(201)
    expect(created.json()).toMatchObject({
      id: 'r',
      teamKey: 'acme',
      app: { id: '1', bundleId: 'com.acme.app' },
      group: { id: 'gold', name: 'Gold' },
      builds: 'manual',
      submitForReview: false,
      idle: null,
      unmanagedTesters: 'keep',
      removal: 'group',
      removedByHand: 'restore',
      removalGuard: { percent: 20, atLeast: 10 },
      reconcileEveryMinutes: 60,
      status: 'active',
      problem: null,
      warnings: [],
      counts: { pending: 0, failed: 0 },
      seats: { reserve: 0, priority: 0, used: 0, limit: 10_000 },
      lastReconcile: null,
    })
    const read = (await api.call('GET', '/v1/rosters/r')).json()
    expect(read).toEqual({ ...created.json(), builds: expect.objectContaining({ mode: 'manual', usable: 1 }) })
    expect((await api.call('GET', '/v1/rosters')).json()).toEqual({ items: [read], nextCursor: null })
    expect(api.emulator.violations()).toEqual([])
  })

  it('keeps the rule of idleness with what was left out of it, until it is left out itself', async () => {
    const rule = { notAcceptedDays: 30, notInstalledDays: null, noSessionDays: null, graceDays: 7, reclaim: 'never' }
    expect((await put('r', { idle: { notAcceptedDays: 30 } })).json().idle).toEqual(rule)
    expect((await api.call('GET', '/v1/rosters/r')).json().idle).toEqual(rule)
    expect((await put('r')).json().idle).toBeNull()
  })

  it('takes app and group by id', async () => {
    const answer = await put('r', { app: { id: '1' }, group: { id: 'silver' } })
    expect([answer.statusCode, answer.json().group]).toEqual([201, { id: 'silver', name: 'Silver' }])
  })

  it.each([
    [{ teamKey: 'none' }, 422, 'team_key_not_found'],
    [{ app: { bundleId: 'com.acme.none' } }, 422, 'app_not_found'],
    [{ app: { id: '99' } }, 422, 'app_not_found'],
    [{ group: { name: 'None' } }, 422, 'group_not_found'],
    [{ group: { id: 'none' } }, 422, 'group_not_found'],
    [{ group: { id: 'lonely' } }, 422, 'group_not_found'],
    [{ group: { name: 'Twin' } }, 422, 'group_ambiguous'],
    [{ group: { name: 'Team' } }, 422, 'group_internal'],
    [{ group: { id: 'team' } }, 422, 'group_internal'],
    [{ group: { name: 'Team', create: true } }, 422, 'group_internal'],
  ])('refuses %j with %i %s and keeps nothing', async (overrides, status, code) => {
    const answer = await put('r', overrides)
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    expect((await api.call('GET', '/v1/rosters/r')).statusCode).toBe(404)
  })

  it('refuses a group that another roster holds, under whatever team key, and names it', async () => {
    await put('r')
    await api.putTeamKey('second')
    const answer = await put('s', { teamKey: 'second', group: { id: 'gold' } })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'group_in_use'])
    expect(answer.json().detail).toContain('"r"')
    const { items } = (await api.call('GET', '/v1/team-keys/second/apps/1/groups')).json()
    expect(items.find((group: { id: string }) => group.id === 'gold').roster).toBe('r')
  })

  it('gives one group to one of many rosters that ask for it at once', async () => {
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => put(id)))
    expect(answers.map((answer) => answer.statusCode).sort((a, b) => a - b)).toEqual([201, 409, 409, 409])
    expect((await api.call('GET', '/v1/rosters')).json().items).toHaveLength(1)
  })

  it('makes one roster of many equal requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => put('r')))
    expect(answers.every((answer) => [200, 201, 409].includes(answer.statusCode))).toBe(true)
    expect((await put('r')).statusCode).toBe(200)
    expect((await put('s')).json().code).toBe('group_in_use')
  })

  it('makes the group where that is asked for, and uses an external one of that name', async () => {
    const made = await put('r', { group: { name: 'Bronze', create: true } })
    expect(made.statusCode).toBe(201)
    expect(api.emulator.groups('1').filter((group) => group.name === 'Bronze')).toHaveLength(1)
    const used = await put('s', { group: { name: 'Silver', create: true } })
    expect([used.statusCode, used.json().group.id]).toEqual([201, 'silver'])
  })

  it('finds the group that a lost answer had made', async () => {
    api.emulator.failNext({ kind: 'drop', when: 'after', match: { method: 'POST', path: '/v1/betaGroups' } })
    expect((await put('r', { group: { name: 'Bronze', create: true } })).statusCode).toBe(201)
    expect(api.emulator.groups('1').filter((group) => group.name === 'Bronze')).toHaveLength(1)
  })

  it('tells why Apple would not make a group', async () => {
    const noInternal = await put('r', { app: { id: '2' }, group: { name: 'New', create: true } })
    expect([noInternal.statusCode, noInternal.json().code]).toEqual([422, 'group_refused'])
    expect(noInternal.json().detail).toContain('no internal group')
    api.emulator.setRole(api.emulator.keys[0]?.keyId ?? '', 'DEVELOPER')
    const weak = await put('r', { group: { name: 'New', create: true } })
    expect([weak.statusCode, weak.json().code]).toEqual([422, 'group_refused'])
    expect(weak.json().detail).toContain('role')
  })

  it('changes the rules of a roster, while Apple is away too', async () => {
    await put('r')
    api.emulator.failNext({ kind: 'status', status: 503, times: 50 })
    const changed = await put('r', { removal: 'app', removalGuard: { percent: 5 } })
    expect(changed.statusCode).toBe(200)
    expect(changed.json()).toMatchObject({
      removal: 'app',
      removalGuard: { percent: 5, atLeast: 10 },
      group: { id: 'gold' },
    })
  })

  it.each([
    [{ group: { name: 'Silver' } }],
    [{ group: { id: 'silver' } }],
    [{ app: { id: '2' }, group: { id: 'lonely' } }],
    [{ group: { name: 'New', create: true } }],
  ])('keeps a roster with its group for good: %j', async (overrides) => {
    await put('r')
    const answer = await put('r', overrides)
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'roster_bound'])
    expect((await api.call('GET', '/v1/rosters/r')).json().group.id).toBe('gold')
    expect(api.emulator.groups('1').some((group) => group.name === 'New')).toBe(false)
  })

  it('moves a roster with its members and its backlog to another team key', async () => {
    await put('r')
    await api.putTeamKey('second')
    expect((await api.call('PUT', '/v1/rosters/r/members/u', { email: 'a@example.com' })).statusCode).toBe(202)
    const moved = await put('r', { teamKey: 'second', removal: 'app' })
    expect([moved.statusCode, moved.json()]).toMatchObject([
      200,
      { teamKey: 'second', removal: 'app', counts: { pending: 1 } },
    ])
    expect([await api.store.rostersOf('acme'), await api.store.rostersOf('second')]).toEqual([[], ['r']])
    expect((await api.call('GET', '/v1/rosters/r/members/u')).json()).toMatchObject({ email: 'a@example.com' })
    expect((await api.call('PUT', '/v1/rosters/r/members/v', { email: 'b@example.com' })).statusCode).toBe(202)
    expect((await api.call('DELETE', '/v1/team-keys/acme')).statusCode).toBe(204)
  })

  it('warns where the group has no build, or the last one expires soon', async () => {
    const none = await put('s', { group: { id: 'silver' } })
    expect(none.json().warnings).toMatchObject([{ code: 'build_missing', action: expect.any(String) }])
    api.emulator.addBuild('1', { groups: ['silver'], expiresAt: Date.now() + 3 * 86_400_000 })
    const expiring = await put('s', { group: { id: 'silver' } })
    expect(expiring.json().warnings).toMatchObject([
      { code: 'build_expiring', detail: expect.stringContaining('3 days') },
    ])
    api.emulator.addBuild('1', { groups: ['silver'] })
    expect((await put('s', { group: { id: 'silver' } })).json().warnings).toEqual([])
  })
})

describe('a roster', () => {
  it('is deleted while its testers stay, and its group is free again', async () => {
    await put('r')
    await api.call('PUT', '/v1/rosters/r/members/u', { email: 'a@example.com' })
    expect((await api.call('DELETE', '/v1/rosters/r?testers=keep')).statusCode).toBe(204)
    expect((await api.call('GET', '/v1/rosters/r')).statusCode).toBe(404)
    expect((await put('s')).statusCode).toBe(201)
    expect((await put('r', { group: { id: 'silver' } })).json().counts.pending).toBe(0)
  })

  it('a roster is paused and resumed', async () => {
    await put('r')
    expect((await api.call('POST', '/v1/rosters/r/pause')).json().status).toBe('paused')
    expect((await api.call('GET', '/v1/rosters/r')).json().status).toBe('paused')
    expect((await api.call('POST', '/v1/rosters/r/resume')).json().status).toBe('active')
    expect((await api.call('POST', '/v1/rosters/none/pause')).statusCode).toBe(404)
  })

  it.each(['pause', 'resume'])('that is being deleted with its testers refuses to %s by 409', async (verb) => {
    await put('r')
    await api.call('PUT', '/v1/rosters/r/members/u', { email: 'a@example.com' })
    expect((await api.call('DELETE', '/v1/rosters/r?testers=remove')).statusCode).toBe(202)
    const answer = await api.call('POST', `/v1/rosters/r/${verb}`)
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'conflict'])
  })

  it('keeps seats of the app for a roster and tells them beside those that are taken', async () => {
    const seats = { reserve: 100, priority: 7 }
    expect((await put('r', { seats })).json().seats).toEqual({ ...seats, used: 0, limit: 10_000 })
    expect((await put('r', { seats: { reserve: 200 } })).json().seats).toMatchObject({ reserve: 200, priority: 0 })
    expect((await api.call('GET', '/v1/rosters/r')).json().seats).toMatchObject({ reserve: 200, priority: 0 })
    expect((await put('r')).json().seats).toMatchObject({ reserve: 0, priority: 0 })
  })

  it.each([
    [{ reserve: 10_001 }, '/seats/reserve'],
    [{ reserve: -1 }, '/seats/reserve'],
    [{ reserve: 1.5 }, '/seats/reserve'],
    [{ priority: 'high' }, '/seats/priority'],
    [{ used: 3 }, '/seats/used'],
  ])('refuses %j as seats, and says where', async (seats, pointer) => {
    const answer = await put('r', { seats })
    expect([answer.statusCode, answer.json().errors.map((fault: { pointer: string }) => fault.pointer)]).toEqual([
      400,
      [pointer],
    ])
  })

  it('warns where more seats are kept for the rosters of an app than it has', async () => {
    await put('r', { seats: { reserve: 6_000 } })
    const answer = await put('s', { group: { id: 'silver' }, seats: { reserve: 6_000 } })
    expect(answer.statusCode).toBe(201)
    const codes = (body: { warnings: { code: string }[] }) => body.warnings.map(({ code }) => code)
    expect(codes(answer.json())).toContain('seats_overbooked')
    expect(codes((await api.call('GET', '/v1/rosters/r')).json())).toContain('seats_overbooked')
    await put('s', { group: { id: 'silver' }, seats: { reserve: 4_000 } })
    expect(codes((await api.call('GET', '/v1/rosters/r')).json())).not.toContain('seats_overbooked')
  })

  it('lists the builds of its group, with their state and whether they can be installed', async () => {
    api.emulator.addBuild('1', { version: '2', groups: ['gold'], expired: true })
    api.emulator.addBuild('1', { version: '3', groups: ['gold'], review: 'WAITING_FOR_REVIEW' })
    api.emulator.addBuild('1', { version: '4' })
    api.emulator.addBuild('1', { version: '5', groups: ['gold'], autoNotify: false })
    await put('r')
    const { items } = (await api.call('GET', '/v1/rosters/r/builds')).json()
    const listed = items.map((item: Record<string, unknown>) => [item['number'], item['state'], item['usable']])
    expect(listed.sort()).toEqual([
      ['1', 'testing', true],
      ['2', 'expired', false],
      ['3', 'in_review', false],
      ['5', 'approved_held', false],
    ])
    expect(items[0]).toMatchObject({ id: expect.any(String), version: '1.0', expiresAt: expect.any(String) })
    expect((await api.call('GET', '/v1/rosters/r')).json()).toMatchObject({
      heldBuilds: 'report',
      builds: { mode: 'manual', usable: 1, runsOutAt: expect.any(String), peopleAffected: 0 },
    })
  })
})
