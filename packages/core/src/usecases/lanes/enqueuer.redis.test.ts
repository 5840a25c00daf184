import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { NOTHING_OBSERVED } from '../../domain/member.ts'
import { createLog } from '../../log.ts'
import { createLaneQueue } from '../../queues/index.ts'
import { createLaneStore, laneKeys, queueName, queuePrefix } from '../../store/index.ts'
import { requestWork } from '../intake/index.ts'
import { enqueueRecorded, makeJobs } from './enqueue-recorded.ts'
import { createEnqueuer, type Enqueuer } from './enqueuer.ts'

let rig: LaneRig
let queue: ReturnType<typeof createLaneQueue>
let enqueuer: Enqueuer | undefined

beforeEach(async () => {
  rig = await startLaneRig()
  queue = createLaneQueue(
    rig.redis,
    { prefix: queuePrefix('acme'), name: queueName('acme') },
    { lockMs: 15_000, maxStalls: 3 },
  )
  await rig.addRoster()
})
afterEach(async () => {
  vi.useRealTimers()
  await enqueuer?.close()
  enqueuer = undefined
  await queue.close()
  await rig[Symbol.asyncDispose]()
})

const start = () =>
  (enqueuer = createEnqueuer({
    ...rig.deps,
    log: createLog({ level: 'silent', name: 'test' }),
    withQueue: (_teamKey, work) => work(queue),
  }))
/** Two seconds go by at once after `work`; what this machine takes for the rest is not in them. */
async function twoSecondsAfter(work: () => Promise<unknown>): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  start()
  await work()
  await vi.advanceTimersByTimeAsync(2_000)
  vi.useRealTimers()
}
const lane = () => createLaneStore(rig.redis, 'acme')
const make = () => enqueueRecorded({ lane: lane(), queue, toRef: rig.deps.toRef }, 'test', 100)

describe('an accepted change', () => {
  it('is a job within two seconds, though no worker runs', async () => {
    await twoSecondsAfter(() => rig.join(['ann', 'bob']))
    await eventually(async () => expect(await queue.counts()).toMatchObject({ waiting: 2 }))
    await eventually(async () => expect(await rig.store.lanesRecorded(['acme'])).toEqual([]))
  })

  it('is a job while its lane is paused, blocked, or has no budget', async () => {
    await rig.redis.hset(laneKeys('acme').lane, 'paused', '1', 'blocked', '{"code":"key_rejected","detail":"x","at":1}')
    await twoSecondsAfter(() => rig.join('ann'))
    await eventually(async () => expect(await queue.counts()).toMatchObject({ waiting: 1 }))
  })

  it('becomes a job where the process that accepted it died, by any other', async () => {
    await rig.join('ann')
    await start().sweep()
    await eventually(async () => expect(await queue.counts()).toMatchObject({ waiting: 1 }))
  })

  it('costs the store one command, beside the few that are for all of a step', async () => {
    const people = 100
    await rig.join(Array.from({ length: people }, (_, at) => `u-${at}`))
    await rig.redis.config('RESETSTAT')
    expect(await make()).toMatchObject({ queued: people, left: 0 })
    const stats = await rig.redis.info('commandstats')
    const calls = [...stats.matchAll(/cmdstat_\w+:calls=(\d+)/g)].map(([, count]) => Number(count))
    expect(calls.reduce((sum, count) => sum + count, 0)).toBeLessThan(1.5 * people)
  })

  it('waits for the job that runs, and is one by itself then', async () => {
    await rig.join('ann')
    await make()
    await lane().open('token', 15_000)
    const [job] = await queue.fetch(1, 'token')
    await rig.join('ann')
    expect(await make()).toMatchObject({ queued: 0, left: 1 })
    await job?.complete()
    expect(await make()).toMatchObject({ queued: 1, left: 0 })
    expect(await queue.counts()).toMatchObject({ waiting: 1, active: 0 })
  })

  it('brings a sleeping job forward, and overtakes a list', async () => {
    await rig.join('ann')
    await make()
    await lane().open('token', 15_000)
    const [job] = await queue.fetch(1, 'token')
    await job?.later(Date.now() + 3_600_000)
    expect(await queue.counts()).toMatchObject({ delayed: 1 })
    await rig.join('ann')
    await make()
    expect(await queue.counts()).toMatchObject({ delayed: 0, waiting: 1 })

    await lane().recordAgain([{ roster: 'gold', member: 'bob' }], 'bulk')
    await make()
    expect(await queue.counts()).toMatchObject({ prioritized: 1 })
    await rig.join('bob')
    await make()
    expect(await queue.counts()).toMatchObject({ prioritized: 0, waiting: 2 })
  })

  it('is one job, whoever makes it, and however many do at once', async () => {
    await rig.join(Array.from({ length: 40 }, (_, at) => `u-${at}`))
    const makers = Array.from({ length: 8 }, (_, at) =>
      enqueueRecorded({ lane: lane(), queue, toRef: rig.deps.toRef }, `maker-${at}`, 100),
    )
    const results = await Promise.all(makers)
    expect(results.filter((result) => result === 'busy')).toHaveLength(7)
    expect(await queue.counts()).toMatchObject({ waiting: 40 })
  })

  it('stays recorded where it came between the reading of the outbox and the end of the making', async () => {
    await rig.join('ann')
    const store = lane()
    // The member's job is made, run and over before its maker has dropped the entry; meanwhile another change comes.
    const slow = {
      ...store,
      async dropFromOutbox(...args: Parameters<typeof store.dropFromOutbox>) {
        await store.open('token', 15_000)
        const [job] = await queue.fetch(1, 'token')
        await job?.complete()
        await store.close('token')
        await rig.join('ann')
        return store.dropFromOutbox(...args)
      },
    }
    expect(await enqueueRecorded({ lane: slow, queue, toRef: rig.deps.toRef }, 'slow', 100)).toMatchObject({ left: 1 })
    expect(await make()).toMatchObject({ queued: 1, left: 0 })
    expect(await queue.counts()).toMatchObject({ waiting: 1 })
  })
})

describe('a change that is made a job of before it is known whether its member has one', () => {
  /** `isLate`: the store takes the second step first, as one does that has forgotten a script and is sent it again. */
  const makeFree = async ({ isLate = false } = {}) => {
    const opened = await lane().open('visit', 15_000)
    const recorded = opened.kind === 'opened' ? (opened.recorded ?? []) : []
    let adding: Promise<void> = Promise.resolve()
    const openPlaces: ReturnType<typeof lane>['openPlaces'] = async (items) => {
      await new Promise((resolve) => setImmediate(resolve))
      await adding
      return lane().openPlaces(items)
    }
    const deps = { lane: isLate ? { openPlaces } : lane(), toRef: rig.deps.toRef }
    const add: typeof queue.add = (work) => (adding = queue.add(work))
    return lane().dropFromOutbox('visit', await makeJobs({ ...deps, queue: { ...queue, add } }, recorded, true))
  }

  it('is one job, also where another process was quicker', async () => {
    await rig.join(['ann', 'bob'])
    await make()
    await rig.join('ann')
    expect(await makeFree()).toEqual({ left: 0, leased: true })
    expect(await queue.counts()).toMatchObject({ waiting: 2 })
  })

  it('gets a job where one that is over lay in its place', async () => {
    await rig.join('ann')
    await make()
    await lane().open('visit', 15_000)
    const [job] = await queue.fetch(1, 'visit')
    await job?.complete()
    await rig.join('ann')
    expect(await makeFree()).toEqual({ left: 0, leased: true })
    expect(await queue.counts()).toMatchObject({ waiting: 1 })
  })

  it('stays recorded where the store took the two steps in the other order, and no job is there after it', async () => {
    await rig.join('ann')
    await make()
    await lane().open('visit', 15_000)
    const [job] = await queue.fetch(1, 'visit')
    await job?.complete()
    await rig.join('ann')
    expect(await makeFree({ isLate: true })).toEqual({ left: 1, leased: true })
    expect(await make()).toMatchObject({ queued: 1, left: 0 })
    expect(await queue.counts()).toMatchObject({ waiting: 1 })
  })
})

describe('the jobs of 0.1.0', () => {
  it('are taken over: one that waits stays the only one, one that lies failed makes way', async () => {
    const ref = rig.deps.toRef('gold', 'ann')
    const base = `${queuePrefix('acme')}:${queueName('acme')}`
    const job = { name: 'converge', data: JSON.stringify({ v: 1, roster: 'gold', ref }), opts: '{"attempts":12}' }
    await rig.join('ann')
    await rig.redis.hset(`${base}:1`, { ...job, timestamp: '1', delay: '0', priority: '0' })
    await rig.redis.lpush(`${base}:wait`, '1')
    await rig.redis.set(`${base}:de:${ref}`, '1')
    await make()
    expect(await queue.counts()).toMatchObject({ waiting: 1 })

    await rig.redis.del(`${base}:wait`, `${base}:de:${ref}`)
    await rig.redis.zadd(`${base}:failed`, 1, '1')
    await rig.redis.hset(laneKeys('acme').work, ref, JSON.stringify({ r: 'gold', m: 'ann', failed: '1' }))
    await rig.join('ann')
    await make()
    expect(await queue.counts()).toMatchObject({ waiting: 1, failed: 0 })
  })

  it('that have the number of another member’s failed job are left alone', async () => {
    const base = `${queuePrefix('acme')}:${queueName('acme')}`
    await rig.join('ann')
    await rig.redis.hset(`${base}:1`, { name: 'converge', data: '{"v":1,"roster":"gold","ref":"m-other"}', opts: '{}' })
    await rig.redis.zadd(`${base}:failed`, 1, '1')
    const ref = rig.deps.toRef('gold', 'ann')
    await rig.redis.hset(laneKeys('acme').work, ref, JSON.stringify({ r: 'gold', m: 'ann', failed: '1' }))
    await make()
    expect(await queue.counts()).toMatchObject({ waiting: 1, failed: 1 })
  })
})

describe('what is asked for by hand while the job runs', () => {
  const ask = (kind: 'invitation' | 'converge') => requestWork(rig.deps, { roster: 'gold', member: 'ann', kind })
  const marks = async () => (await lane().readWork([rig.deps.toRef('gold', 'ann')]))[0]

  it('is kept for the next, and what was asked before is done with', async () => {
    const roster = await rig.store.rosters.find('gold')
    if (!roster) throw new Error('No roster.')
    await rig.join('ann')
    await ask('invitation')
    await make()
    await lane().open('token', 15_000)
    await queue.fetch(1, 'token')
    await ask('invitation')
    await ask('converge')
    expect(await marks()).toMatchObject({ invite: 2, fresh: 1 })
    const member = await rig.store.members('acme', 'gold').find('ann')
    await lane().recordOutcome('token', {
      roster,
      member: 'ann',
      ref: rig.deps.toRef('gold', 'ann'),
      met: { fresh: 0, invite: 1 },
      version: member?.desired.version ?? 0,
      observed: { ...NOTHING_OBSERVED, converged: 1 },
      status: 'invited',
      entry: null,
      fact: null,
      ending: 'done',
      testerIds: new Map(),
    })
    expect(await marks()).toMatchObject({ invite: 1, fresh: 1 })
  })
})
