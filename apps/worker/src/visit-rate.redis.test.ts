import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '@flightroster/core/log'
import { globalKeys, laneKeys, writeLaneStanding } from '@flightroster/core/store'
import { acceptEvents } from '@flightroster/core/usecases/intake'
import { startLaneRig, type LaneRig } from '../../../packages/core/testing/lane-rig.ts'
import { createPump, type Pump } from './pump.ts'

/** What nobody can do anything about may be looked at so often in a second. */
const MOST_A_SECOND = 5
const WATCHED_MS = 3_000

let rig: LaneRig
let bell: LaneRig['redis']
let pump: Pump
let visits = 0

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
  visits = 0
  pump = createPump({
    ready: rig.store.ready,
    log: createLog({ level: 'silent', name: 'test' }),
    concurrency: 4,
    only: undefined,
    visit: (claim) => {
      visits++
      return rig.visitOnce(claim.lane)
    },
  })
  bell = rig.redis.duplicate()
  bell.on('message', (_channel: string, lane: string) => pump.doorbell(lane))
  await bell.subscribe(globalKeys.doorbell)
})
afterEach(async () => {
  await pump.drain()
  bell.disconnect()
  await rig[Symbol.asyncDispose]()
})

const NOBODY = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }
const event = (member: string) => ({
  id: undefined,
  source: '',
  time: undefined,
  origin: 'event' as const,
  kind: 'join' as const,
  firstName: null,
  lastName: null,
  roster: 'gold',
  member,
  email: `${member}@example.com`,
})
const join = (prefix: string, count = 1) =>
  acceptEvents(
    rig.deps,
    Array.from({ length: count }, (_, at) => event(`${prefix}-${at}`)),
  )
/** As a list leaves them. */
const bulk = (count: number) =>
  rig.store.recordChanges({
    teamKey: 'acme',
    dedupMs: 86_400_000,
    changes: Array.from({ length: count }, (_, at) => ({
      ...event(`bulk-${at}`),
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

/** One more event, then a stream of them: how often the lane was visited in a second of each. */
async function watch(): Promise<{ once: number; stream: number }> {
  pump.start()
  await sleep(1_500)
  visits = 0
  await join('one')
  await sleep(WATCHED_MS)
  const once = visits / (WATCHED_MS / 1_000)
  visits = 0
  const end = Date.now() + WATCHED_MS
  for (let at = 0; Date.now() < end; at++) {
    await join(`stream-${at}`)
    await sleep(50)
  }
  return { once, stream: visits / (WATCHED_MS / 1_000) }
}

describe('a lane that can do nothing is visited now and then', () => {
  const STATES: { state: string; arrange: () => Promise<unknown> }[] = [
    { state: 'its budget is gone', arrange: () => hasLeft(3) },
    { state: 'Apple asked to be left alone', arrange: () => rig.deps.budgetOf('acme').keepQuiet(600_000) },
    { state: 'it is paused', arrange: () => rig.redis.hset(laneKeys('acme').lane, 'paused', '1') },
    {
      state: 'it is blocked',
      async arrange() {
        rig.emulator.failNext({ kind: 'status', status: 401, times: 10_000 })
        const problem = { code: 'key_rejected' as const, detail: 'Rejected.', at: Date.now() }
        await writeLaneStanding(rig.redis, 'acme', { blocked: problem })
      },
    },
    {
      state: 'Apple is out of order',
      arrange: async () => rig.emulator.failNext({ kind: 'status', status: 503, times: 10_000 }),
    },
    {
      state: 'a worker died with the lease',
      arrange: () => rig.redis.set(laneKeys('acme').lease, 'dead', 'PX', 60_000),
    },
  ]

  it.each(STATES)('when $state', async ({ arrange }) => {
    await arrange()
    await join('waiting', 60)
    await bulk(60)
    const { once, stream } = await watch()
    expect(once).toBeLessThanOrEqual(MOST_A_SECOND)
    expect(stream).toBeLessThanOrEqual(MOST_A_SECOND)
    expect(await invited()).toBe(0)
  })

  it('when lists have used their share, while events go on being served', async () => {
    await hasLeft(24)
    await bulk(60)
    pump.start()
    await sleep(1_500)
    visits = 0
    await join('one')
    await sleep(WATCHED_MS)
    expect(visits / (WATCHED_MS / 1_000)).toBeLessThanOrEqual(MOST_A_SECOND)
    expect(await rig.statuses()).toMatchObject({ 'one-0': 'invited', 'bulk-0': 'pending' })
  })

  it('when the app has no seat left', async () => {
    rig.emulator.settings({ seatsPerApp: 0 })
    await join('waiting', 20)
    pump.start()
    await sleep(3_000)
    visits = 0
    await join('one')
    await sleep(WATCHED_MS)
    expect(visits / (WATCHED_MS / 1_000)).toBeLessThanOrEqual(MOST_A_SECOND)
  })

  it('when a task of its schedule is due that its budget has nothing for', async () => {
    await hasLeft(3)
    await rig.due('reconcile:gold')
    const { once } = await watch()
    expect(once).toBeLessThanOrEqual(MOST_A_SECOND)
  })
})
