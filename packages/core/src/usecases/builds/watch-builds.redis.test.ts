import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../testing/eventually.ts'
import { APP, startBuildsRig, type BuildsRig } from '../../../testing/builds-rig.ts'
import { systemClock } from '../../domain/clock.ts'
import { createAppleWebhooks, createBuilds, laneKeys } from '../../store/index.ts'
import { VISIT } from '../visit/visit-settings.ts'
import { buildsTask, planRosterTasks } from '../schedule/plan-roster-tasks.ts'

const DAY = 86_400_000

let rig: BuildsRig

beforeEach(async () => {
  rig = await startBuildsRig()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

/** A look has asked Apple, and waits for the answer. */
const isLooking = () => eventually(() => expect(rig.emulator.calls().map(({ path }) => path)).toContain('/v1/builds'))

describe('the build watch', () => {
  it('tells each build once, numbered in order, with one call for all groups of the app', async () => {
    const uploadedAt = Date.now() - 60_000
    rig.emulator.addBuild(APP, { version: '1', groups: ['gold'], uploadedAt })
    rig.emulator.addBuild(APP, { version: '2', groups: ['gold', 'silver'], uploadedAt: uploadedAt + 1_000 })
    await rig.enter()
    await rig.enter({ id: 'silver' })
    expect(await rig.look()).toEqual(['GET /v1/builds'])
    await rig.look()
    expect((await rig.told()).sort()).toEqual([
      'gold build.available 1',
      'gold build.available 2',
      'silver build.available 2',
    ])
    const gold = (await rig.facts()).filter(({ roster }) => roster === 'gold')
    expect(gold.map(({ sequence, build }) => [sequence, build.number])).toEqual([
      [1, '1'],
      [2, '2'],
    ])
    expect(Object.keys(gold[0]!)).toEqual(['type', 'roster', 'sequence', 'build', 'at'])
  })

  it('reads each group by itself where Apple names only some of the groups', async () => {
    for (let at = 0; at < 51; at++) rig.emulator.addGroup(APP, { id: `g${at}`, name: `G${at}` })
    rig.emulator.addBuild(APP, { version: '1', groups: [...Array.from({ length: 51 }, (_, at) => `g${at}`), 'gold'] })
    await rig.enter()
    expect(await rig.look()).toEqual(['GET /v1/builds', 'GET /v1/builds'])
    expect(await rig.told()).toEqual(['gold build.available 1'])
  })

  it('tells that a build goes tomorrow once, and keeps the warnings up to date', async () => {
    const build = rig.emulator.addBuild(APP, { version: '1', groups: ['gold'], expiresAt: Date.now() + DAY - 1_000 })
    await rig.enter()
    await rig.look()
    await rig.look()
    expect(await rig.told()).toEqual(['gold build.available 1', 'gold build.expiring 1'])
    expect(await rig.warnings()).toEqual(['build_expiring', 'builds_run_out'])
    rig.emulator.expireBuild(build.id)
    await rig.look()
    expect(await rig.warnings()).toEqual(['build_missing'])
    rig.emulator.addBuild(APP, { version: '2', groups: ['gold'] })
    await rig.look()
    expect(await rig.warnings()).toEqual([])
    expect((await rig.told()).at(-1)).toBe('gold build.available 2')
  })

  it('tells nothing twice when it is ended between Apple and its record', async () => {
    rig.emulator.addBuild(APP, { version: '1', groups: ['gold'] })
    await rig.enter()
    rig.emulator.failNext({ kind: 'delay', delayMs: 300, match: { method: 'GET', path: '/v1/builds' } })
    const looking = rig.look()
    await isLooking()
    // Another worker has the lane now.
    await rig.redis.set(laneKeys('acme').lease, 'another', 'PX', 500)
    await looking
    expect(await rig.facts()).toEqual([])
    await rig.redis.del(laneKeys('acme').lease)
    await rig.look()
    expect(await rig.told()).toEqual(['gold build.available 1'])
    expect((await rig.facts())[0]?.sequence).toBe(1)
  })

  it('plans its next look, hears who wants one meanwhile, and ends with the last roster of the app', async () => {
    const roster = await rig.enter()
    await planRosterTasks({ store: rig.store, clock: systemClock }, roster)
    await rig.visit()
    const [next] = await rig.schedule.dueAt([buildsTask(APP)])
    expect(next! - Date.now()).toBeGreaterThan(VISIT.buildWatchMs * 0.7)
    expect(next! - Date.now()).toBeLessThanOrEqual(VISIT.buildWatchMs)

    rig.emulator.failNext({ kind: 'delay', delayMs: 200, match: { method: 'GET', path: '/v1/builds' } })
    const looking = rig.look()
    await isLooking()
    await rig.schedule.plan(buildsTask(APP), Date.now() - 60_000)
    await looking
    expect((await rig.schedule.dueAt([buildsTask(APP)]))[0]).toBeLessThanOrEqual(Date.now())

    await rig.store.forgetRoster(roster)
    await rig.look()
    expect(await rig.schedule.dueAt([buildsTask(APP)])).toEqual([null])
  })

  it('leaves nothing of a roster that is deleted while it looks', async () => {
    rig.emulator.addBuild(APP, { version: '1', groups: ['gold'] })
    const roster = await rig.enter()
    rig.emulator.failNext({ kind: 'delay', delayMs: 2_000, match: { method: 'GET', path: '/v1/builds' } })
    const looking = rig.look()
    await isLooking()
    await rig.store.forgetRoster(roster)
    await looking
    expect([await rig.facts(), await createBuilds(rig.redis, 'acme').find('gold')]).toEqual([[], null])
  })

  it("takes Apple's webhook back once no roster of the app is left", async () => {
    const roster = await rig.enter()
    const session = rig.session()
    const url = 'https://flightroster.example.com/v1/apple-webhooks/r1'
    const { id: appleId } = await session.createWebhook({ appId: APP, name: 'F', url, secret: 's', eventTypes: [] })
    const registered = {
      v: 1,
      id: 'r1',
      app: APP,
      appleId,
      url,
      sealedSecret: '',
      rosters: ['gold'],
      createdAt: 0,
    } as const
    await createAppleWebhooks(rig.redis).enter({ ...registered, rosters: [...registered.rosters] })
    await rig.look()
    expect(await createAppleWebhooks(rig.redis).findByApp(APP)).toMatchObject({ id: 'r1' })
    await rig.store.forgetRoster(roster)
    expect(await rig.look()).toEqual([`DELETE /v1/webhooks/${appleId}`])
    expect(await createAppleWebhooks(rig.redis).findByApp(APP)).toBeUndefined()
  })

  it('leaves out what is blocked, and makes no call for it', async () => {
    await rig.enter({ blocked: { code: 'group_gone', detail: 'Gone.', at: 0 } })
    expect(await rig.look()).toEqual([])
    expect((await rig.schedule.dueAt([buildsTask(APP)]))[0]).toBeGreaterThan(Date.now())
  })
})
