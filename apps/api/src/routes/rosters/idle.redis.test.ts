import { NO_USAGE, type Sighting, type Usage } from '@flightroster/core/domain'
import { createFigures, laneKeys } from '@flightroster/core/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

const DAY = 86_400_000
const RULE = { notAcceptedDays: 30, notInstalledDays: null, noSessionDays: 90, graceDays: 7, reclaim: 'never' as const }

let api: TestApi

beforeEach(async () => {
  api = await serveApi()
})
afterEach(() => api.close())

const idle = async () => {
  const answer = await api.call('GET', '/v1/rosters/gold/idle')
  expect(answer.statusCode).toBe(200)
  return answer.json()
}
/** One moment for all: figures of one reading carry one time. */
const BEGUN_AT = Date.now()
const ago = (days: number) => BEGUN_AT - days * DAY
const sighting = (state: Sighting['state'], days: number): Sighting => ({
  state,
  since: ago(days),
  inviteType: 'EMAIL',
  devices: [],
})
const unused: Usage = {
  sessions: 0,
  crashes: 0,
  feedback: 0,
  days: 90,
  readAt: ago(0.5),
  zeroSince: ago(2),
  risenAt: null,
}

/** What a worker would have kept. */
async function plant(seen: Record<string, Sighting>, usages: Record<string, Usage> | null): Promise<void> {
  const redis = api.connection
  await redis.set(laneKeys('acme').lease, 'me')
  const figures = createFigures(redis, 'acme', 'gold')
  const by = { token: 'me', createdAt: Number(await redis.hget(laneKeys('acme').born, 'gold')) }
  await figures.keepSightings(by, { at: Date.now(), changed: new Map(Object.entries(seen)), gone: [] })
  const summary = { v: 1 as const, readAt: ago(0.5), days: 90 as const, triedAt: ago(0.5), doubt: null }
  if (usages) await figures.keepUsages(by, summary, new Map(Object.entries(usages)))
  await redis.del(laneKeys('acme').lease)
}

async function addMember(id: string, state: Sighting['state']): Promise<void> {
  await api.call('PUT', `/v1/rosters/gold/members/${id}`, { email: `${id}@example.com` })
  await api.connection.zadd(
    laneKeys('acme').roster('gold').status,
    ['pending', 'waiting', 'not_invited', 'invited', 'accepted', 'installed'].indexOf(state),
    id,
  )
}

describe('GET /v1/rosters/{rosterId}/idle', () => {
  it('names nobody where no rule is set', async () => {
    await api.addRoster({ id: 'gold', teamKey: 'acme' })
    expect(await idle()).toEqual({
      rule: null,
      measuredAt: null,
      usageMeasuredAt: null,
      candidates: [],
      unknown: 0,
      doubts: [],
    })
  })

  it('names candidates with their reason, and says of whom it is not known, and why', async () => {
    await api.addRoster({ id: 'gold', teamKey: 'acme', idle: RULE })
    await addMember('slow', 'invited')
    await addMember('absent', 'installed')
    await addMember('new', 'installed')
    await plant(
      { slow: sighting('invited', 31), absent: sighting('installed', 120), new: sighting('installed', 2) },
      { absent: unused },
    )
    const list = await idle()
    expect(list.candidates).toEqual([
      { id: 'absent', reason: 'no_session', since: expect.any(String), reclaimAt: null, protected: false },
      { id: 'slow', reason: 'not_accepted', since: expect.any(String), reclaimAt: null, protected: false },
    ])
    expect(list).toMatchObject({ rule: RULE, unknown: 1, doubts: [{ code: 'missing', count: 1 }] })
    expect(list.measuredAt > list.usageMeasuredAt).toBe(true)
  })

  it('names nobody for usage that was never read, and says so', async () => {
    await api.addRoster({ id: 'gold', teamKey: 'acme', idle: RULE })
    await addMember('absent', 'installed')
    await plant({ absent: sighting('installed', 120) }, null)
    expect(await idle()).toMatchObject({ candidates: [], unknown: 1, doubts: [{ code: NO_USAGE.doubt }] })
  })
})

describe('the setting `idle`', () => {
  const put = (rule: unknown) =>
    api.call('PUT', '/v1/rosters/gold', {
      teamKey: 'acme',
      app: { id: '1234' },
      group: { id: 'group-gold' },
      idle: rule,
    })

  it.each([
    [{ notAcceptedDays: 0 }, '/idle/notAcceptedDays'],
    [{ notInstalledDays: 1.5 }, '/idle/notInstalledDays'],
    [{ noSessionDays: 366 }, '/idle/noSessionDays'],
    [{ graceDays: -1 }, '/idle/graceDays'],
    [{ graceDays: null }, '/idle/graceDays'],
    [{ reclaim: 'sometimes' }, '/idle/reclaim'],
    [{ reclaimed: 'always' }, '/idle/reclaimed'],
    ['never', '/idle'],
  ])('refuses %j and names the field', async (rule, pointer) => {
    const answer = await put(rule)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([pointer])
  })
})
