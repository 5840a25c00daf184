import { NOTHING_OBSERVED, type Sighting } from '@flightroster/core/domain'
import { createFigures, createLaneStore, laneKeys } from '@flightroster/core/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

const DAY = 86_400_000

let api: TestApi
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  const idle = {
    notAcceptedDays: 30,
    notInstalledDays: null,
    noSessionDays: 90,
    graceDays: 7,
    reclaim: 'never',
  } as const
  await api.addRoster({ id: 'gold', idle })
  const redis = api.connection
  const now = Date.now()
  const seen = new Map<string, Sighting>()
  const { status } = laneKeys('acme').roster('gold')
  for (let at = 0; at < 104; at++) {
    const id = at === 0 ? 'eve@example.com' : `u-${String(at).padStart(3, '0')}`
    await api.call('PUT', `/v1/rosters/gold/members/${encodeURIComponent(id)}`, { email: `p${at}@example.com` })
    const isInstalled = at >= 101
    await redis.zadd(status, isInstalled ? 5 : 3, id)
    const device = { model: `Phone ${at}`, platform: 'IOS', osVersion: at === 103 ? '26.0' : '26.1', build: '42' }
    seen.set(id, {
      state: isInstalled ? 'installed' : 'invited',
      since: now - 40 * DAY,
      inviteType: 'EMAIL',
      devices: isInstalled ? [device] : [],
    })
  }
  await redis.set(laneKeys('acme').lease, 'me')
  const observed = { ...NOTHING_OBSERVED, converged: 1, email: 'p101@example.com', state: 'installed' } as const
  await createLaneStore(redis, 'acme').recordOutcome('me', {
    roster: (await api.store.rosters.find('gold'))!,
    member: 'u-101',
    ref: api.deps.toRef('gold', 'u-101'),
    met: { fresh: 0, invite: 0 },
    version: 1,
    observed: { ...observed, leaving: [], confirmed: true },
    status: 'installed',
    entry: null,
    fact: null,
    ending: 'done',
    testerIds: new Map(),
  })
  const figures = createFigures(redis, 'acme', 'gold')
  const by = { token: 'me', createdAt: Number(await redis.hget(laneKeys('acme').born, 'gold')) }
  await figures.keepSightings(by, { at: now, changed: seen, gone: [] })
  const used = { sessions: 31, crashes: 1, feedback: 0, days: 90, readAt: now, zeroSince: null, risenAt: now } as const
  const summary = { v: 1, readAt: now, days: 90, triedAt: now, doubt: null } as const
  await figures.keepUsages(by, summary, new Map([['u-101', used]]))
  await figures.noteSessions(by, { at: now - DAY, perWeek: 2.4 })
  await figures.noteSessions(by, { at: now, perWeek: 12 })
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const text = async (who: Visitor, path: string) => {
  const { statusCode, body } = await who.get(path)
  expect(statusCode).toBe(200)
  return body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
}

describe('the page of idle testers', () => {
  it('names candidates by the hundred, why and since when, and of whom it is not known and why', async () => {
    const first = await text(ann, '/console/rosters/gold/idle')
    expect(first).toContain('Idle is: not accepted for 30 days, or no session for 90 days. The grace is 7 days.')
    expect(first).toContain('101 candidates; of 2 people it is not known.')
    expect(first).toContain('eve@example.com invitation not accepted')
    expect(first).toContain('2 Apple gave no figures for them.')
    expect(first).toContain('Next →')
    const second = await text(ann, '/console/rosters/gold/idle?page=2')
    expect(second).toContain('u-100 invitation not accepted')
    expect(second).not.toContain('u-099')
  })

  it('shows a viewer no address', async () => {
    const { body } = await bob.get('/console/rosters/gold/idle')
    expect(body).not.toMatch(/eve(@|%40)example/)
    expect(body).toContain('u-001')
  })

  it('lets an operator change the rule, says what is wrong with it, and lets a viewer read it only', async () => {
    await api.addRoster({ id: 'silver', group: { id: 'group-silver', name: 'Silver' } })
    const at = '/console/rosters/silver/idle'
    expect(await text(ann, at)).toContain('Seats that are not used are not looked for.')
    const rule = {
      notAcceptedDays: '30',
      notInstalledDays: '',
      noSessionDays: '',
      graceDays: '7',
      reclaim: 'when_full',
    }
    expect((await ann.post(at, rule)).statusCode).toBe(303)
    expect(await text(ann, at)).toContain(
      'Idle is: not accepted for 30 days. The grace is 7 days. Seats are taken back only while',
    )
    expect((await api.call('GET', '/v1/rosters/silver')).json().idle).toEqual({
      notAcceptedDays: 30,
      notInstalledDays: null,
      noSessionDays: null,
      graceDays: 7,
      reclaim: 'when_full',
    })
    const refused = await ann.post(at, { ...rule, graceDays: 'soon' })
    expect([refused.statusCode, refused.body.includes('Nothing was changed.')]).toEqual([422, true])
    expect((await ann.post(at, { ...rule, notAcceptedDays: '' })).statusCode).toBe(303)
    expect((await api.call('GET', '/v1/rosters/silver')).json().idle).toBeNull()
    expect((await bob.post(at, rule)).statusCode).toBe(403)
    expect((await bob.get(at)).body).not.toContain('Save the rule')
  })

  it('is linked from the page of the roster, which shows builds, systems and sessions', async () => {
    const { body } = await ann.get('/console/rosters/gold')
    expect(body).toContain('href="/console/rosters/gold/idle"')
    const shown = await text(ann, '/console/rosters/gold')
    expect(shown).toContain('42 3 100 %')
    expect(shown).toContain('iOS 26.1 2 67 %')
    expect(shown).toContain('12 sessions a week')
    expect(body).toContain('aria-label="Sessions a week over time; the numbers stand in the table below"')
  })

  it('has no use where it is switched off', async () => {
    api.deps.testerUsage = false
    expect(await text(ann, '/console/rosters/gold')).not.toContain('In use')
    expect(await text(ann, '/console/rosters/gold/member?id=u-101')).not.toContain('Phone 101')
    api.deps.testerUsage = true
  })
})

describe('the page of a person', () => {
  it('a person’s page tells on which devices the app is, and what was used', async () => {
    const shown = await text(ann, '/console/rosters/gold/member?id=u-101')
    expect(shown).toContain('an invitation by e-mail')
    expect(shown).toContain('Phone 101, iOS 26.1, build 42')
    expect(shown).toContain('31 sessions, 1 crash and 0 pieces of feedback in 90 days')
  })
})
