import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt } from '../../../testing/dies-or-lags.ts'
import { IDLE_RULE, plantIdle } from '../../../testing/idle.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createStore, laneKeys, type Store } from '../../store/index.ts'
import { sampleHistory } from '../history/index.ts'
import { reconcileTask } from '../reconcile/index.ts'
import { idleTask, usageTask } from '../schedule/tasks.ts'
import { deleteRoster } from './delete-roster.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const RULE = { ...IDLE_RULE, reclaim: 'always' as const }

const visit = (redis: Redis) => rig.visitBy(redis, { settings: { ...rig.settings, testerUsage: true } })

const join = (id: string) => rig.join(`u-${id}`, { roster: id, id: `e-${id}` })
const comesIn = async (id: string) => {
  await join(id)
  await rig.until(() => expect(rig.emulator.testers().map(({ email }) => email)).toContain(`u-${id}@example.com`))
}

const WORK = [
  ['who joins', async (id: string) => void (await join(id))],
  [
    'who has to wait for a seat',
    async (id: string) => {
      rig.emulator.settings({ seatsPerApp: 0 })
      await join(id)
    },
  ],
  ['the reading of the group', async (id: string) => (await comesIn(id), rig.due(reconcileTask(id)))],
  ['the reading of usage', async (id: string) => (await comesIn(id), rig.due(usageTask(id)))],
  [
    'idle testers',
    async (id: string) => (await comesIn(id), await plantIdle(rig.redis, id, [`u-${id}`]), rig.due(idleTask(id))),
  ],
  ['builds', async (id: string) => (await comesIn(id), rig.due('builds:1234'))],
] as const

/** A roster for each write before which a visit can stand still: `others` do something meanwhile, and what is left of it is looked at. */
async function whereverVisitLags(
  {
    prepare,
    others,
  }: { prepare: (id: string) => Promise<unknown>; others: (id: string, store: Store) => Promise<unknown> },
  check: (id: string, at: number) => Promise<void>,
): Promise<void> {
  for (let at = 0; ; at++) {
    const id = `gold-${at}`
    await rig.addRoster({ id, idle: RULE })
    await prepare(id)
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => visit(redis),
      ({ redis }) => others(id, createStore(redis)),
    )
    if (!lagged) return
    await rig.redis.del(laneKeys('acme').lease)
    await check(id, at)
  }
}

it.each(WORK)('a visit for %s that comes late to a deletion leaves nothing of the roster', async (_what, prepare) => {
  const others = (id: string, store: Store) => deleteRoster({ ...rig.deps, store }, { id, testers: 'keep' })
  await whereverVisitLags({ prepare, others }, async (id, at) => {
    for (let turn = 0; turn < 4; turn++) await rig.visit()
    const kept = []
    for (const key of ['reconciliations', 'work', 'revisions', 'wroteAt', 'born'] as const)
      if (JSON.stringify(await rig.redis.hgetall(laneKeys('acme')[key])).includes(id)) kept.push(key)
    const tasks = (await rig.redis.zrange(laneKeys('acme').schedule, '0', '-1')).filter((task) => task.endsWith(id))
    const keys = await rig.redis.keys(`*roster:${id}:*`)
    expect({ at, keys, kept, tasks }).toEqual({ at, keys: [], kept: [], tasks: [] })
  })
})

it.each(WORK)(
  'a visit for %s that comes late leaves nothing in a roster that was made anew',
  async (_what, prepare) => {
    const others = async (id: string, store: Store) => {
      await deleteRoster({ ...rig.deps, store }, { id, testers: 'keep' })
      await rig.addRoster({ id, createdAt: Date.now() })
    }
    await whereverVisitLags({ prepare, others }, async (id, at) => {
      // What is read anew of the new one's group is its own.
      const { desired, observed, timeline, seatLine, sightings, usages, held } = laneKeys('acme').roster(id)
      const keys = [desired, observed, timeline, seatLine, sightings, usages, held]
      const counts = await Promise.all(keys.map((key) => rig.redis.exists(key)))
      expect({ at, kept: keys.filter((_, n) => counts[n] === 1) }).toEqual({ at, kept: [] })
      await deleteRoster(rig.deps, { id, testers: 'keep' })
    })
  },
)

it('what is sampled late of a deleted roster is not kept', async () => {
  await rig.addRoster()
  await rig.join('u-1')
  await rig.until(async () => expect(await rig.statuses()).toEqual({ 'u-1': 'invited' }))
  await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
  await sampleHistory(rig.deps)
  expect(await rig.redis.keys('*roster:gold:*')).toEqual([])
})
