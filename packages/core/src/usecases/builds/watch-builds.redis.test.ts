import { startEmulator, type Emulator } from '@flightroster/emulator'
import { makeRoster, startRedis, type TestRedis } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAppleClient, type AppleClient } from '../../apple/index.ts'
import { systemClock } from '../../domain/clock.ts'
import type { BuildFact } from '../../domain/fact.ts'
import type { Roster } from '../../domain/roster.ts'
import { createLog } from '../../log.ts'
import { createLaneQueue, type LaneQueue } from '../../queues/index.ts'
import { createToRef } from '../../secrets/index.ts'
import {
  createAppleWebhooks,
  createBudget,
  createBuilds,
  createFacts,
  createLaneStore,
  createSchedule,
  createStore,
  laneKeys,
  queueName,
  queuePrefix,
  type Store,
} from '../../store/index.ts'
import { NO_TRACING } from '../../tracing.ts'
import { visitLane } from '../lanes/visit-lane.ts'
import { VISIT } from '../lanes/visit-settings.ts'
import { describeRoster } from '../rosters/describe-roster.ts'
import { buildsTask, planRosterTasks } from './plan-roster-tasks.ts'
import { createTaskSweep } from './sweep-tasks.ts'

const APP = '1234'
const DAY = 86_400_000
const BUILDS_OF_GROUP = '/v1/betaGroups/{id}/relationships/builds'
const log = createLog({ level: 'silent', name: 'test' })

let server: TestRedis
let redis: Redis
let store: Store
let emulator: Emulator
let apple: AppleClient
let queue: LaneQueue

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
  store = createStore(redis, systemClock)
  queue = createLaneQueue(
    redis,
    { prefix: queuePrefix('acme'), name: queueName('acme') },
    { lockMs: 15_000, stalledEveryMs: 4_000, maxStalls: 3 },
  )
})
afterAll(async () => {
  await queue.close()
  redis.disconnect()
  await server.close()
})
beforeEach(async () => {
  await redis.flushall()
  emulator = await startEmulator({
    seed: {
      apps: [
        {
          id: APP,
          bundleId: 'com.acme.app',
          testInformation: true,
          groups: [
            { id: 'team', name: 'Team', isInternalGroup: true },
            { id: 'gold', name: 'Gold' },
            { id: 'silver', name: 'Silver' },
          ],
        },
      ],
    },
  })
  apple = createAppleClient({ baseUrl: emulator.url, clock: systemClock, log })
})
afterEach(async () => {
  expect(emulator.violations()).toEqual([])
  await apple.close()
  await emulator.close()
})

const credentials = () => {
  const [key] = emulator.keys
  return { issuerId: key!.issuerId, keyId: key!.keyId, privateKey: key!.privateKeyPem }
}
const visit = () => {
  return visitLane(
    {
      store,
      lane: createLaneStore(redis, 'acme'),
      queue,
      budget: createBudget(redis, systemClock, 'acme', { windowMs: 3_600_000, defaultLimit: 3_600 }),
      apple,
      clock: systemClock,
      log,
      settings: VISIT,
      toRef: createToRef(Buffer.alloc(32, 9)),
      dedupDays: 7,
      credentials: async () => credentials(),
      extendClaim: async () => {},
      tell: async () => {},
      tracing: NO_TRACING,
      draining: () => false,
    },
    'acme',
  )
}
const schedule = () => createSchedule(redis, 'acme')
/** One look at the app's builds; the calls that it made. */
const look = async () => {
  emulator.resetLedgers()
  await schedule().replan(buildsTask(APP), Date.now() - 1)
  await visit()
  return emulator.calls().map(({ method, path }) => `${method} ${path}`)
}
const facts = async () => (await createFacts(redis, 'acme').peek(1_000)) as BuildFact[]
const told = async () => (await facts()).map(({ type, roster, build }) => `${roster} ${type} ${build.number}`)
const enter = async (overrides: Partial<Roster> = {}) => {
  const id = overrides.id ?? 'gold'
  const roster = makeRoster({
    id,
    app: { id: APP, bundleId: 'com.acme.app', name: 'Acme' },
    group: { id, name: id },
    ...overrides,
  })
  await store.enterRoster(roster)
  return roster
}
const warnings = async (id = 'gold') => {
  const described = await describeRoster({ store }, (await store.rosters.find(id))!)
  return described.roster.warnings.map(({ code }) => code)
}
const numbersOf = (group: string) =>
  emulator
    .builds(APP)
    .filter((build) => build.groups.has(group))
    .map((build) => build.version)
const gifts = (calls: string[]) => calls.filter((call) => call.startsWith('POST /v1/betaGroups/'))

describe('the build watch', () => {
  it('tells each build once, numbered in order, with one call for all groups of the app', async () => {
    const uploadedAt = Date.now() - 60_000
    emulator.addBuild(APP, { version: '1', groups: ['gold'], uploadedAt })
    emulator.addBuild(APP, { version: '2', groups: ['gold', 'silver'], uploadedAt: uploadedAt + 1_000 })
    await enter()
    await enter({ id: 'silver' })
    expect(await look()).toEqual(['GET /v1/builds'])
    await look()
    expect((await told()).sort()).toEqual([
      'gold build.available 1',
      'gold build.available 2',
      'silver build.available 2',
    ])
    const gold = (await facts()).filter(({ roster }) => roster === 'gold')
    expect(gold.map(({ sequence, build }) => [sequence, build.number])).toEqual([
      [1, '1'],
      [2, '2'],
    ])
    expect(Object.keys(gold[0]!)).toEqual(['type', 'roster', 'sequence', 'build', 'at'])
  })

  it('reads each group by itself where Apple names only some of the groups', async () => {
    for (let at = 0; at < 51; at++) emulator.addGroup(APP, { id: `g${at}`, name: `G${at}` })
    emulator.addBuild(APP, { version: '1', groups: [...Array.from({ length: 51 }, (_, at) => `g${at}`), 'gold'] })
    await enter()
    expect(await look()).toEqual(['GET /v1/builds', 'GET /v1/builds'])
    expect(await told()).toEqual(['gold build.available 1'])
  })

  it('tells that a build goes tomorrow once, and keeps the warnings up to date', async () => {
    const build = emulator.addBuild(APP, { version: '1', groups: ['gold'], expiresAt: Date.now() + DAY - 1_000 })
    await enter()
    await look()
    await look()
    expect(await told()).toEqual(['gold build.available 1', 'gold build.expiring 1'])
    expect(await warnings()).toEqual(['build_expiring'])
    emulator.expireBuild(build.id)
    await look()
    expect(await warnings()).toEqual(['build_missing'])
    emulator.addBuild(APP, { version: '2', groups: ['gold'] })
    await look()
    expect(await warnings()).toEqual([])
    expect((await told()).at(-1)).toBe('gold build.available 2')
  })

  it('tells nothing twice when it is ended between Apple and its record', async () => {
    emulator.addBuild(APP, { version: '1', groups: ['gold'] })
    await enter()
    emulator.failNext({ kind: 'delay', delayMs: 300, match: { method: 'GET', path: '/v1/builds' } })
    const looking = look()
    await new Promise((resolve) => setTimeout(resolve, 100))
    // Another worker has the lane now.
    await redis.set(laneKeys('acme').lease, 'another', 'PX', 500)
    await looking
    expect(await facts()).toEqual([])
    await redis.del(laneKeys('acme').lease)
    await look()
    expect(await told()).toEqual(['gold build.available 1'])
    expect((await facts())[0]?.sequence).toBe(1)
  })

  it('plans its next look, hears who wants one meanwhile, and ends with the last roster of the app', async () => {
    const roster = await enter()
    await planRosterTasks({ store, clock: systemClock }, roster)
    await visit()
    const [next] = await schedule().dueAt([buildsTask(APP)])
    expect(next! - Date.now()).toBeGreaterThan(VISIT.buildWatchMs * 0.7)
    expect(next! - Date.now()).toBeLessThanOrEqual(VISIT.buildWatchMs)

    emulator.failNext({ kind: 'delay', delayMs: 200, match: { method: 'GET', path: '/v1/builds' } })
    const looking = look()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await schedule().plan(buildsTask(APP), Date.now())
    await looking
    expect((await schedule().dueAt([buildsTask(APP)]))[0]).toBeLessThanOrEqual(Date.now())

    await store.forgetRoster(roster)
    await look()
    expect(await schedule().dueAt([buildsTask(APP)])).toEqual([null])
  })

  it('leaves nothing of a roster that is deleted while it looks', async () => {
    emulator.addBuild(APP, { version: '1', groups: ['gold'] })
    const roster = await enter()
    emulator.failNext({ kind: 'delay', delayMs: 200, match: { method: 'GET', path: '/v1/builds' } })
    const looking = look()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await store.forgetRoster(roster)
    await looking
    expect([await facts(), await createBuilds(redis, 'acme').find('gold')]).toEqual([[], null])
  })

  it("takes Apple's webhook back once no roster of the app is left", async () => {
    const roster = await enter()
    const session = apple.session(credentials(), { admit: async () => {}, note: () => {} })
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
    await createAppleWebhooks(redis).enter({ ...registered, rosters: [...registered.rosters] })
    await look()
    expect(await createAppleWebhooks(redis).findByApp(APP)).toMatchObject({ id: 'r1' })
    await store.forgetRoster(roster)
    expect(await look()).toEqual([`DELETE /v1/webhooks/${appleId}`])
    expect(await createAppleWebhooks(redis).findByApp(APP)).toBeUndefined()
  })

  it('leaves out what is blocked, and makes no call for it', async () => {
    await enter({ blocked: { code: 'group_gone', detail: 'Gone.', at: 0 } })
    expect(await look()).toEqual([])
    expect((await schedule().dueAt([buildsTask(APP)]))[0]).toBeGreaterThan(Date.now())
  })
})

describe('an automatic roster', () => {
  it('is given every new, processed, unexpired build in one call', async () => {
    await enter({ builds: 'automatic' })
    await look()
    for (const version of ['1', '2', '3']) emulator.addBuild(APP, { version })
    emulator.addBuild(APP, { version: '4', processingState: 'PROCESSING' })
    emulator.addBuild(APP, { version: '5', expired: true })
    const calls = await look()
    expect(gifts(calls)).toHaveLength(1)
    expect(numbersOf('gold')).toEqual(['1', '2', '3'])
    expect((await told()).sort()).toEqual([
      'gold build.available 1',
      'gold build.available 2',
      'gold build.available 3',
    ])
    expect(gifts(await look())).toEqual([])
  })

  it('is given a build once it is processed', async () => {
    await enter({ builds: 'automatic' })
    const build = emulator.addBuild(APP, { version: '1', processingState: 'PROCESSING' })
    expect(gifts(await look())).toEqual([])
    emulator.updateBuild(build.id, { processingState: 'VALID' })
    await look()
    expect(numbersOf('gold')).toEqual(['1'])
  })

  it('leaves out what somebody took out of the group, and what came before the newest build of the group', async () => {
    const now = Date.now()
    emulator.addBuild(APP, { version: '1', uploadedAt: now - 3 * DAY })
    const second = emulator.addBuild(APP, { version: '2', uploadedAt: now - 2 * DAY, groups: ['gold'] })
    await enter({ builds: 'automatic' })
    await look()
    expect(numbersOf('gold')).toEqual(['2'])
    second.groups.delete('gold')
    await look()
    expect(numbersOf('gold')).toEqual([])
  })

  it('gives nothing while it is paused, and what came meanwhile afterwards', async () => {
    const roster = await enter({ builds: 'automatic', paused: true })
    emulator.addBuild(APP, { version: '1' })
    await look()
    expect(numbersOf('gold')).toEqual([])
    await store.rosters.put({ ...roster, paused: false })
    await look()
    expect(numbersOf('gold')).toEqual(['1'])
  })

  it('finds the build that Apple refuses among many, and warns until the reason is gone', async () => {
    await enter({ builds: 'automatic' })
    const now = Date.now()
    for (const at of [1, 2, 3, 4]) emulator.addBuild(APP, { version: String(at), uploadedAt: now + at })
    const refuse = (times: number, nth = 1) =>
      emulator.failNext({ kind: 'status', status: 422, times, match: { method: 'POST', path: BUILDS_OF_GROUP, nth } })
    // All four, then the third with the fourth, then the third alone.
    refuse(1)
    refuse(2, 2)
    expect(gifts(await look())).toHaveLength(5)
    expect(numbersOf('gold')).toEqual(['1', '2', '4'])
    expect(await warnings()).toEqual(['build_refused'])
    refuse(1)
    expect(gifts(await look())).toHaveLength(1)
    expect(await warnings()).toEqual(['build_refused'])
    await look()
    expect([numbersOf('gold'), await warnings()]).toEqual([['1', '2', '3', '4'], []])
  })

  it('submits the first build of a version, and the next one once that is approved', async () => {
    await enter({ builds: 'automatic', submitForReview: true })
    const first = emulator.addBuild(APP, { version: '1', review: null })
    await look()
    expect([numbersOf('gold'), first.review?.state]).toEqual([['1'], 'WAITING_FOR_REVIEW'])
    const second = emulator.addBuild(APP, { version: '2', review: null })
    await look()
    expect([second.review, await warnings()]).toEqual([null, ['build_missing', 'another_build_in_review']])
    emulator.setReview(first.id, 'APPROVED')
    await look()
    await look()
    expect([second.review?.state, await warnings()]).toEqual(['APPROVED', []])
    expect(await told()).toEqual(['gold build.available 1', 'gold build.available 2'])
  })

  it('submits nothing unless it was told to', async () => {
    await enter({ builds: 'automatic' })
    const build = emulator.addBuild(APP, { version: '1', review: null })
    await look()
    expect([numbersOf('gold'), build.review]).toEqual([['1'], null])
  })

  it('names export compliance and test information as the missing step, and goes on when they are there', async () => {
    await enter({ builds: 'automatic', submitForReview: true })
    const app = emulator.apps().find(({ id }) => id === APP)!
    Object.assign(app, { testInformation: false })
    const build = emulator.addBuild(APP, { version: '1', review: null, usesNonExemptEncryption: null })
    await look()
    expect(await warnings()).toEqual(['build_missing', 'export_compliance_missing'])
    emulator.updateBuild(build.id, { usesNonExemptEncryption: false })
    await look()
    expect(await warnings()).toEqual(['build_missing', 'test_information_missing'])
    Object.assign(app, { testInformation: true })
    await look()
    expect([build.review?.state, await warnings()]).toEqual(['WAITING_FOR_REVIEW', ['build_missing']])
  })

  it('shares one submission with the other rosters of the app', async () => {
    await enter({ builds: 'automatic', submitForReview: true })
    await enter({ id: 'silver', builds: 'automatic', submitForReview: true })
    emulator.addBuild(APP, { version: '1', review: null })
    const calls = await look()
    expect(calls.filter((call) => call === 'POST /v1/betaAppReviewSubmissions')).toHaveLength(1)
    expect(gifts(calls)).toHaveLength(2)
  })
})

describe('the sweep of schedules', () => {
  it('plans what is missing and rings a lane that no index holds', async () => {
    const [key] = emulator.keys
    await store.teamKeys.put({
      v: 1,
      id: 'acme',
      issuerId: key!.issuerId,
      keyId: key!.keyId,
      sealedPrivateKey: '',
      createdAt: 0,
      updatedAt: 0,
    })
    await enter()
    const sweep = createTaskSweep({ store, clock: systemClock, log, buildWatchMs: 600_000 })
    expect(await sweep()).toBe(2)
    const due = await schedule().dueAt([buildsTask(APP), 'reconcile:gold'])
    expect(due.every((at) => at !== null)).toBe(true)
    expect((await store.ready.dueAt(['acme']))[0]).toBe(await schedule().nextAt())
    expect(await sweep()).toBe(0)
  })
})
