import { describe, expect, it } from 'vitest'
import { createAppleClient } from '@flightroster/app-store-connect'
import { createUrlGuard } from '@flightroster/core/callbacks'
import { systemClock } from '@flightroster/core/domain'
import { createLog } from '@flightroster/core/log'
import { createMetrics } from '@flightroster/core/metrics'
import { createLaneQueue } from '@flightroster/core/queues'
import { createSealer } from '@flightroster/core/secrets'
import {
  createLaneStore,
  createStore,
  laneKeys,
  queueName,
  queuePrefix,
  writeLaneStanding,
} from '@flightroster/core/store'
import { makeEvent, eventually, timePasses, ownNames } from '@flightroster/core/testing'
import { NO_TRACING } from '@flightroster/core/tracing'
import { acceptEvents } from '@flightroster/core/usecases/intake'
import { pauseRoster } from '@flightroster/core/usecases/rosters'
import { sealContext } from '@flightroster/core/usecases/team-keys'
import { startLaneRig } from '../../../packages/core/testing/lane-rig.ts'
import { buildWorker } from './worker.ts'

/** What nobody can do anything about may be looked at so often in any second. */
const MOST_A_SECOND = 5
const WATCHED_MS = 2_000

const NOBODY = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }
const sealer = createSealer({ current: Buffer.alloc(32, 7) })

/** A lane with a worker's own loop: its poll, its bell, its sweep and its enqueuer. */
async function startStand() {
  const rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
  const teamKey = await rig.store.teamKeys.find('acme')
  const [key] = rig.emulator.keys
  if (!teamKey || !key) throw new Error('The rig has no key.')
  const sealedPrivateKey = sealer.seal(key.privateKeyPem, sealContext('acme'))
  await rig.store.teamKeys.put({ ...teamKey, issuerId: key.issuerId, keyId: key.keyId, sealedPrivateKey })
  /** When the lane was claimed for a visit (ms, by the store, whatever holds up the loop of this process). */
  const visits: number[] = []
  const redis = rig.redis.duplicate()
  const subscriber = rig.redis.duplicate()
  const store = createStore(redis)
  const log = createLog({ level: 'silent', name: 'test' })
  const apple = createAppleClient({ baseUrl: rig.emulator.url, clock: systemClock, log })
  const worker = buildWorker({
    store: {
      ...store,
      ready: {
        ...store.ready,
        async claim(options) {
          const claims = await store.ready.claim(options)
          visits.push(...claims.filter(({ lane }) => lane === 'acme').map(({ until }) => until - options.claimMs))
          return claims
        },
      },
      lane(id) {
        const lane = store.lane(id)
        return {
          ...lane,
          async open(token, leaseMs, claiming) {
            const claimed = claiming?.claim.until ?? 0
            const opened = await lane.open(token, leaseMs, claiming)
            if (id === 'acme' && claimed === 0 && claiming && claiming.claim.until > 0)
              visits.push(claiming.claim.until - claiming.claimMs)
            return opened
          },
        }
      },
    },
    connection: redis,
    subscriber,
    apple,
    metrics: createMetrics({ process: false }),
    tracing: NO_TRACING,
    sealer,
    toRef: rig.deps.toRef,
    urlGuard: createUrlGuard({ allowPrivate: false, resolve: ownNames }),
    publicUrl: undefined,
    dedupDays: 7,
    clock: systemClock,
    log,
    settings: rig.settings,
    budget: { windowMs: 3_600_000, defaultLimit: 3_600 },
    concurrency: 4,
    only: undefined,
    sweepEveryMs: 1_000,
  })
  const join = (prefix: string, count = 1) => rig.join(Array.from({ length: count }, (_, at) => `${prefix}-${at}`))
  /** As a list leaves them. */
  const bulk = (count: number) =>
    rig.store.recordChanges({
      teamKey: 'acme',
      dedupMs: 86_400_000,
      changes: Array.from({ length: count }, (_, at) => ({
        ...makeEvent('join', `bulk-${at}`),
        priority: 'bulk' as const,
        digest: undefined,
        timelineEntry: '{}',
      })),
    })
  /** The quota of 100 calls is used up to so many: by others, as Apple tells. */
  async function hasLeft(remaining: number): Promise<void> {
    rig.emulator.settings({ quota: { hourLimit: 100 } })
    rig.emulator.spendQuota(rig.emulator.keys[0]?.keyId ?? '', 100 - remaining)
    await rig.deps.budgetOf('acme').note({ ...NOBODY, hourLimit: 100, hourRemaining: remaining }, 0)
  }
  const invited = async () => Object.entries(await rig.statuses()).filter(([, status]) => status === 'invited').length

  /** The most visits in any second since then. */
  function mostSince(from: number): number {
    const since = visits.filter((at) => at >= from)
    return Math.max(
      0,
      ...since.map((at, first) => since.filter((other, nth) => nth >= first && other < at + 1_000).length),
    )
  }

  /** Nothing new, one more event, then a stream of them: the most visits in a second of each. */
  async function watch(): Promise<{ quiet: number; once: number; stream: number }> {
    await worker.start()
    await timePasses(1_500)
    const quietFrom = Date.now()
    await timePasses(WATCHED_MS)
    const quiet = mostSince(quietFrom)
    const onceFrom = Date.now()
    await join('one')
    await timePasses(WATCHED_MS)
    const once = mostSince(onceFrom)
    const streamFrom = Date.now()
    for (let at = 0; Date.now() < streamFrom + WATCHED_MS; at++) {
      await join(`stream-${at}`)
      await timePasses(50)
    }
    return { quiet, once, stream: mostSince(streamFrom) }
  }
  return {
    rig,
    worker,
    join,
    bulk,
    hasLeft,
    invited,
    mostSince,
    watch,
    async [Symbol.asyncDispose]() {
      await worker.close()
      await apple.close()
      subscriber.disconnect()
      redis.disconnect()
      await rig[Symbol.asyncDispose]()
    },
  }
}
type Stand = Awaited<ReturnType<typeof startStand>>

const expectFew = (seen: Record<string, number>) =>
  expect(Object.entries(seen).filter(([, most]) => most > MOST_A_SECOND)).toEqual([])

// They mostly let time go by. No more than five share a loop, so that none waits long for the others.
describe.concurrent('a lane that can do nothing is visited now and then', () => {
  const STATES: { state: string; arrange: (stand: Stand) => Promise<unknown> }[] = [
    { state: 'its budget is gone', arrange: ({ hasLeft }) => hasLeft(3) },
    { state: 'Apple asked to be left alone', arrange: ({ rig }) => rig.deps.budgetOf('acme').keepQuiet(600_000) },
    { state: 'it is paused', arrange: ({ rig }) => rig.redis.hset(laneKeys('acme').lane, 'paused', '1') },
    {
      state: 'it is blocked',
      async arrange({ rig }) {
        rig.emulator.failNext({ kind: 'status', status: 401, times: 10_000 })
        const problem = { code: 'key_rejected' as const, detail: 'Rejected.', at: Date.now() }
        await writeLaneStanding(rig.redis, 'acme', { blocked: problem })
      },
    },
    {
      state: 'Apple is out of order',
      arrange: async ({ rig }) => rig.emulator.failNext({ kind: 'status', status: 503, times: 10_000 }),
    },
    {
      state: 'a worker died with the lease',
      arrange: ({ rig }) => rig.redis.set(laneKeys('acme').lease, 'dead', 'PX', 60_000),
    },
    { state: 'its roster is paused', arrange: ({ rig }) => pauseRoster(rig.deps, 'gold') },
  ]

  it.each(STATES)('when $state', async ({ arrange }) => {
    await using stand = await startStand()
    const { join, bulk, invited, watch } = stand
    await arrange(stand)
    await join('waiting', 60)
    await bulk(60)
    expectFew(await watch())
    expect(await invited()).toBe(0)
  })

  it('when lists have used their share, while events go on being served', async () => {
    await using stand = await startStand()
    const { rig, bulk, hasLeft, watch } = stand
    await hasLeft(24)
    await bulk(60)
    const { quiet, once } = await watch()
    // Of the stream, each event can be served, and is.
    expectFew({ quiet, once })
    await eventually(async () =>
      expect(await rig.statuses()).toMatchObject({ 'one-0': 'invited', 'bulk-0': 'pending' }),
    )
  })

  it('when the app has no seat left', async () => {
    await using stand = await startStand()
    const { rig, join, invited, watch } = stand
    rig.emulator.settings({ seatsPerApp: 0 })
    await join('waiting', 20)
    expectFew(await watch())
    expect(await invited()).toBe(0)
  })

  it('when a worker died with the lease and with jobs in hand, which are carried out once the lease has run out', async () => {
    await using stand = await startStand()
    const { rig, join, invited, watch } = stand
    await join('waiting', 20)
    const queue = createLaneQueue(
      rig.redis,
      { prefix: queuePrefix('acme'), name: queueName('acme') },
      { lockMs: 15_000, maxStalls: 3 },
    )
    await createLaneStore(rig.redis, 'acme').open('dead', 15_000)
    await queue.fetch(10, 'dead')
    await queue.close()
    expectFew(await watch())
    await eventually(async () => expect(await invited()).toBeGreaterThanOrEqual(21), { timeoutMs: 60_000 })
  })

  it('when a task of its schedule is due that its budget has nothing for', async () => {
    await using stand = await startStand()
    const { rig, hasLeft, watch } = stand
    await hasLeft(3)
    await rig.due('reconcile:gold')
    expectFew(await watch())
  })
})

// Alone: it compares what takes how long.
describe('a lane that can do nothing is visited now and then, beside others', () => {
  it('when its budget is gone with thousands waiting, while forty other lanes are served as before', async () => {
    await using stand = await startStand()
    const { rig, worker, join, bulk, invited, mostSince } = stand
    const lanes = Array.from({ length: 40 }, (_, at) => `other-${at}`)
    const { keyId, privateKeyPem, issuerId } = rig.emulator.addKey({ issuerId: rig.emulator.keys[0]?.issuerId })
    for (const lane of lanes) {
      await rig.addRoster({ id: lane, teamKey: lane })
      const teamKey = await rig.store.teamKeys.find(lane)
      if (!teamKey) throw new Error(`There is no ${lane}.`)
      const sealedPrivateKey = sealer.seal(privateKeyPem, sealContext(lane))
      await rig.store.teamKeys.put({ ...teamKey, issuerId, keyId, sealedPrivateKey })
    }
    const everyLaneServes = async (member: string) => {
      const from = performance.now()
      await acceptEvents(
        rig.deps,
        lanes.map((roster) => makeEvent('join', member, { roster, email: `${member}@${roster}.example.com` })),
      )
      const served = async () => {
        for (const lane of lanes) expect(await rig.statuses(lane, lane)).toMatchObject({ [member]: 'invited' })
      }
      await eventually(served, { timeoutMs: 60_000 })
      return performance.now() - from
    }
    await worker.start()
    // A lane's first visit has its roster's first reading in it.
    await everyLaneServes('bob')
    const alone = await everyLaneServes('ann')
    await rig.deps.budgetOf('acme').note({ ...NOBODY, hourLimit: 100, hourRemaining: 3 }, 0)
    await bulk(5_000)
    await join('waiting', 60)
    await eventually(async () => expect(await rig.store.lanesRecorded(['acme'])).toEqual([]), { timeoutMs: 60_000 })
    const from = performance.now()
    // By what the same takes on this machine just now. What holds lanes up holds them up each time; what else this machine does, does not.
    const beside: number[] = []
    for (const member of ['dan', 'eve', 'fay', 'gus']) {
      beside.push(await everyLaneServes(member))
      if (Math.min(...beside) < 3 * alone + 1_000) break
    }
    expect(Math.min(...beside)).toBeLessThan(3 * alone + 1_000)
    await timePasses(WATCHED_MS)
    expectFew({ beside: mostSince(from) })
    expect(await invited()).toBe(0)
  })
})
