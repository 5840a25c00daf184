import { NOTHING_OBSERVED } from '@flightroster/core/domain'
import { createFigures, createLaneStore, laneKeys } from '@flightroster/core/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

const MEMBERS = '/v1/rosters/gold/members'
const READ_AT = Date.parse('2026-11-24T04:12:00Z')

let api: TestApi

/** A member who installed, as a worker would have recorded it, with what Apple told of the tester. */
async function install(id: string, build: string | null): Promise<void> {
  await api.call('PUT', `${MEMBERS}/${id}`, { email: `${id}@example.com` })
  const redis = api.connection
  await redis.set(laneKeys('acme').lease, 'me')
  const roster = (await api.store.rosters.find('gold'))!
  const recorded = await createLaneStore(redis, 'acme').recordOutcome('me', {
    roster,
    member: id,
    ref: api.deps.toRef('gold', id),
    met: { fresh: 0, invite: 0 },
    version: 1,
    observed: { ...NOTHING_OBSERVED, converged: 1, email: `${id}@example.com`, state: 'installed', confirmed: true },
    status: 'installed',
    entry: null,
    fact: null,
    ending: 'done',
    testerIds: new Map([[`${id}@example.com`, `t-${id}`]]),
  })
  expect(recorded).toBe('recorded')
  if (build === null) return
  const figures = createFigures(redis, 'acme', 'gold')
  const by = { token: 'me', createdAt: Number(await redis.hget(laneKeys('acme').born, 'gold')) }
  const devices = [
    { model: '=iPhone17,3', platform: 'IOS', osVersion: '26.1', build },
    { model: null, platform: 'MAC_OS', osVersion: null, build: '41' },
  ]
  const changed = new Map([[id, { state: 'installed', since: READ_AT, inviteType: 'EMAIL', devices } as const]])
  await figures.keepSightings(by, { at: READ_AT, changed, gone: [] })
  const used = {
    sessions: 31,
    crashes: 1,
    feedback: 2,
    days: 90,
    readAt: READ_AT,
    zeroSince: null,
    risenAt: null,
  } as const
  const summary = { v: 1, readAt: READ_AT, days: 90, triedAt: READ_AT, doubt: null } as const
  await figures.keepUsages(by, summary, new Map([[id, used]]))
}

beforeEach(async () => {
  api = await serveApi()
  await api.addRoster()
})
afterEach(() => api.close())

const testerOf = async (id: string) => (await api.call('GET', `${MEMBERS}/${id}`)).json().tester
const csv = async () => (await api.call('GET', MEMBERS, undefined, { accept: 'text/csv' })).body

describe('what Apple tells of a tester', () => {
  it('stands in the member, and is left out where Apple does not tell', async () => {
    await install('ann', '42')
    await install('bob', null)
    expect(await testerOf('ann')).toEqual({
      id: 't-ann',
      state: 'INSTALLED',
      observedAt: null,
      inviteType: 'EMAIL',
      devices: [
        { model: '=iPhone17,3', platform: 'IOS', osVersion: '26.1', build: '42' },
        { model: null, platform: 'MAC_OS', osVersion: null, build: '41' },
      ],
      usage: { days: 90, sessions: 31, crashes: 1, feedback: 2, measuredAt: '2026-11-24T04:12:00.000Z' },
    })
    expect(await testerOf('bob')).toEqual({ id: 't-bob', state: 'INSTALLED', observedAt: null })
    const { items } = (await api.call('GET', MEMBERS)).json()
    expect(items.map(({ tester }: { tester: { usage?: object } }) => tester.usage !== undefined)).toEqual([true, false])
  })

  it('fills the columns of the CSV, and our own file read back changes nothing', async () => {
    await install('ann', '42')
    await install('bob', null)
    const file = await csv()
    const [header, ann, bob] = file.split('\r\n')
    expect(header).toBe('id,email,firstName,lastName,status,device,osVersion,build,sessions')
    expect(ann).toBe(`ann,ann@example.com,,,installed,"'=iPhone17,3",26.1,42,31`)
    expect(bob).toBe('bob,bob@example.com,,,installed,,,,')
    const answer = await api.call('PUT', `${MEMBERS}?dryRun=true`, file, { 'content-type': 'text/csv' })
    expect(answer.json()).toMatchObject({ plan: { add: 0, update: 0, remove: 0, unchanged: 2 }, rejected: [] })
    expect(await csv()).toBe(file)
  })

  it('is shown to nobody where it is switched off', async () => {
    await install('ann', '42')
    api.deps.testerUsage = false
    expect(await testerOf('ann')).toEqual({ id: 't-ann', state: 'INSTALLED', observedAt: null })
    expect(await csv()).toContain('ann,ann@example.com,,,installed,,,,\r\n')
  })
})
