import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { IdleRule } from '../../domain/idle.ts'
import type { Roster } from '../../domain/roster.ts'
import { createFigures, laneKeys } from '../../store/index.ts'
import { reconcileTask } from '../schedule/tasks.ts'
import { listIdle } from '../idle/list-idle.ts'
import { usageTask } from '../schedule/tasks.ts'

const DAY = 86_400_000
const RULE: IdleRule = { notAcceptedDays: 30, notInstalledDays: 30, noSessionDays: 30, graceDays: 7, reclaim: 'never' }
const USAGES = '/v1/betaGroups/{id}/metrics/betaTesterUsages'

let rig: LaneRig
let gold: Roster

beforeEach(async () => {
  rig = await startLaneRig()
  gold = await rig.addRoster({ idle: RULE })
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

/** Members who have the app installed. */
async function install(...ids: string[]): Promise<void> {
  await rig.join(ids)
  await rig.until(async () => expect(Object.values(await rig.statuses())).toEqual(ids.map(() => 'invited')))
  for (const id of ids) rig.emulator.setState(`${id}@example.com`, 'INSTALLED')
}
const usageCalls = () => rig.emulator.calls().filter(({ path }) => path.endsWith('/metrics/betaTesterUsages'))
const figures = () => createFigures(rig.redis, 'acme', 'gold')
const summary = async () => (await figures().standing()).summary
/** A whole comparison by the schedule, and what it plans. */
async function reconcile(): Promise<void> {
  const standing = await rig.store.standing('gold')
  await rig.store.putStanding('gold', { ...standing, lastFullAt: 0 })
  const before = standing.lastReconcile?.at ?? 0
  await rig.due(reconcileTask('gold'))
  await rig.until(async () => {
    expect((await rig.store.standing('gold')).lastReconcile?.at).toBeGreaterThan(before)
    expect(await rig.redis.zscore(laneKeys('acme').schedule, usageTask('gold'))).toBeNull()
  })
}
/** As if so many days had gone by since everything that is kept was seen. */
async function pass(days: number): Promise<void> {
  const keys = laneKeys('acme').roster('gold')
  const back = (value: unknown): unknown =>
    typeof value === 'number' && value > 1e12
      ? value - days * DAY
      : Array.isArray(value)
        ? value.map(back)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, back(one)]))
          : value
  for (const key of [keys.sightings, keys.usages, keys.figures]) {
    for (const [field, text] of Object.entries(await rig.redis.hgetall(key))) {
      await rig.redis.hset(key, field, JSON.stringify(back(JSON.parse(text))))
    }
  }
}
const idle = async () => {
  const { candidates, doubts } = await listIdle(rig.deps, gold)
  return {
    candidates: candidates.map(({ id, reason }) => `${id} ${reason}`),
    doubts: Object.fromEntries(doubts.map(({ code, count }) => [code, count])),
  }
}

describe('a reconciliation', () => {
  it('reads usage and devices of a group that installed, and not again within a day', async () => {
    await install('ann', 'bob')
    rig.emulator.setUsage('ann@example.com', { sessions: 12, crashes: 1, feedback: 2 })
    await reconcile()
    const [ann, bob] = await figures().findMany(['ann', 'bob'])
    expect(ann?.usage).toMatchObject({ sessions: 12, crashes: 1, feedback: 2, days: 30, zeroSince: null })
    expect(bob?.usage).toMatchObject({ sessions: 0, days: 30, risenAt: null })
    expect(ann?.sighting).toMatchObject({
      state: 'installed',
      inviteType: 'EMAIL',
      devices: [{ model: 'iPhone17,3', platform: 'IOS', osVersion: '26.1', build: '1' }],
    })
    expect(usageCalls().map(({ query }) => query.period)).toEqual(['P30D'])
    expect(await figures().sessionHistory()).toEqual([{ at: expect.any(Number), perWeek: 2.8 }])
    await reconcile()
    expect(usageCalls()).toHaveLength(1)
    await pass(1)
    await reconcile()
    expect(usageCalls()).toHaveLength(2)
  })

  it('asks for no usage where nobody has installed', async () => {
    await rig.join('ann')
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited' }))
    await reconcile()
    expect(usageCalls()).toEqual([])
  })

  it('reads nothing of it where that is switched off, and forgets what it has', async () => {
    await install('ann')
    await reconcile()
    rig.settings.testerUsage = false
    await pass(1)
    rig.emulator.resetLedgers()
    await reconcile()
    expect(usageCalls()).toEqual([])
    const fields = rig.emulator.calls().map(({ query }) => query['fields[betaTesters]'] ?? '')
    expect(fields.join(' ')).not.toMatch(/appDevices|inviteType/)
    expect(await figures().findMany(['ann'])).toMatchObject([
      { sighting: { state: 'installed', inviteType: null, devices: [] }, usage: null },
    ])
    expect(await idle()).toEqual({ candidates: [], doubts: { off: 1 } })
  })

  it('reads 10,000 in 50 calls', async () => {
    await install('ann')
    const crowd = Array.from({ length: 9_999 }, (_, at) => ({ email: `t${at}@example.com`, state: 'INSTALLED' }))
    rig.emulator.addTesters(gold.group.id, crowd)
    await rig.due(reconcileTask('gold'))
    await rig.until(async () => expect((await summary()).readAt).not.toBeNull(), 120_000)
    expect(usageCalls()).toHaveLength(50)
    expect((await figures().usages()).size).toBe(1)
  })

  it('forgets what is kept of whoever leaves', async () => {
    await install('ann', 'bob')
    await reconcile()
    await rig.leave('ann')
    await rig.until(async () => expect((await rig.statuses()).ann).toBe('removed'))
    expect([...(await figures().sightings()).keys(), ...(await figures().usages()).keys()]).toEqual(['bob', 'bob'])
  })
})

describe('candidates', () => {
  it('are those without a session in two readings a day apart, once the days are over', async () => {
    await install('ann', 'bob')
    rig.emulator.setUsage('ann@example.com', { sessions: 3 })
    await reconcile()
    await pass(40)
    rig.emulator.setUsage('ann@example.com', { sessions: 4 })
    await reconcile()
    expect(await idle()).toEqual({ candidates: ['bob no_session'], doubts: {} })
  })

  it('are never those who were active yesterday, whatever is said today', async () => {
    await install('ann', 'bob', 'cy')
    for (const id of ['ann', 'bob', 'cy']) rig.emulator.setUsage(`${id}@example.com`, { sessions: 1 })
    await reconcile()
    await pass(40)
    for (const id of ['ann', 'bob', 'cy']) rig.emulator.setUsage(`${id}@example.com`, { sessions: 2 })
    await reconcile()
    rig.emulator.setUsage('cy@example.com', [])
    await pass(1)
    await reconcile()
    await pass(1)
    await reconcile()
    expect(await idle()).toEqual({ candidates: [], doubts: {} })
  })

  /** Two people who were seen long ago, one of them active: the other would be a candidate by a good reading. */
  async function ripe(): Promise<void> {
    await install('ann', 'bob')
    rig.emulator.setUsage('ann@example.com', { sessions: 3 })
    await reconcile()
    await pass(40)
    rig.emulator.setUsage('ann@example.com', { sessions: 4 })
  }
  const cases: [string, string, () => void][] = [
    ['empty', 'empty', () => rig.emulator.settings({ usageRows: 'none' })],
    ['zero for everybody', 'implausible', () => rig.emulator.settings({ usageRows: 'zero' })],
    ['late', 'late', () => rig.emulator.settings({ usageDelayMs: 3 * DAY })],
    [
      'cut off in the middle',
      'incomplete',
      () => rig.emulator.failNext({ kind: 'short-list', match: { path: USAGES } }),
    ],
    [
      'cut off in the middle, without a total',
      'incomplete',
      () => {
        rig.emulator.settings({ totals: false })
        rig.emulator.failNext({ kind: 'short-list', match: { path: USAGES } })
      },
    ],
    ['no JSON', 'incomplete', () => rig.emulator.failNext({ kind: 'truncated', match: { path: USAGES } })],
    [
      'refused',
      'refused',
      () => rig.emulator.failNext({ kind: 'status', status: 403, times: 5, match: { path: USAGES } }),
    ],
    ['of another shape', 'incomplete', () => rig.emulator.failNext({ kind: 'wrong-shape', match: { path: USAGES } })],
  ]
  it.each(cases)('are none of a reading that is %s, and it is said why', async (_, doubt, spoil) => {
    await ripe()
    spoil()
    const before = usageCalls().length
    await reconcile()
    expect(await idle()).toEqual({ candidates: [], doubts: { [doubt]: 2 } })
    expect((await summary()).readAt).not.toBeNull()
    // Not before tomorrow, whatever came of it.
    await reconcile()
    expect(usageCalls().length - before).toBe(1)
  })

  it('are read in the form of an object, and by the day, as well', async () => {
    await ripe()
    rig.emulator.settings({ usageDimension: 'object', usagePoints: 'day' })
    await reconcile()
    expect((await idle()).candidates).toEqual(['bob no_session'])
  })

  it('say nothing of one who has no row', async () => {
    await ripe()
    rig.emulator.setUsage('bob@example.com', 'gap')
    await reconcile()
    expect(await idle()).toEqual({ candidates: [], doubts: { missing: 1 } })
  })

  it('are those who did not accept, or install, since we saw them first', async () => {
    await install('ann', 'bob')
    rig.emulator.setDevices('ann@example.com', null)
    rig.emulator.setState('ann@example.com', 'INVITED')
    rig.emulator.setDevices('bob@example.com', null)
    rig.emulator.setState('bob@example.com', 'ACCEPTED')
    await reconcile()
    expect((await idle()).candidates).toEqual([])
    await pass(31)
    await reconcile()
    expect((await idle()).candidates.sort()).toEqual(['ann not_accepted', 'bob not_installed'])
  })
})
