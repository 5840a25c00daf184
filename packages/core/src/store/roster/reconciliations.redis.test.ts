import { beforeEach, describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { globalKeys, laneKeys } from '../keys.ts'
import { createReconciliations } from './reconciliations.ts'

const gold = { createdAt: 5 }
const MANY = 100_000
const keys = laneKeys('acme')
const idOf = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`

const { redis, connect } = await withRedis()
beforeEach(() => redis.sadd(keys.rosters, 'gold'))

const plans = () => createReconciliations(redis, 'acme')
const bytesOf = async () => await redis.hstrlen(keys.reconciliations, 'plan-1')
const namesKept = async () => (await redis.keys(keys.planNames('*'))).length

function plan(removals: number, more: Partial<Reconciliation> = {}): Reconciliation {
  return {
    v: 1,
    id: 'plan-1',
    roster: 'gold',
    kind: 'snapshot',
    status: 'held',
    dryRun: false,
    startedAt: 1,
    updatedAt: 1,
    progress: { read: 0, total: 0, converged: 0, toConverge: 0 },
    plan: { add: 0, update: 0, remove: removals, unchanged: 0 },
    removals: Array.from({ length: removals }, (_, at) => idOf(at)),
    unmanaged: [],
    removesUnmanaged: false,
    revision: 1,
    held: 'roster',
    approvedAt: null,
    decidedBy: null,
    reason: null,
    problem: null,
    ...more,
  }
}

it('a plan of a roster that leaves the lane is decided where the roster went: here nothing is written any more', async () => {
  await plans().put(gold, plan(1))
  const read = (await plans().find('plan-1'))!
  // The first step of a move, before anything is copied.
  await redis.srem(keys.rosters, 'gold')
  const task = { name: 'approved:plan-1', at: 1 }
  expect(await plans().replace(read, { ...read, status: 'running' }, { task })).toBe(false)
  expect(await redis.zscore(keys.schedule, task.name)).toBeNull()
  expect((await plans().find('plan-1'))?.status).toBe('held')
  await redis.sadd(keys.rosters, 'gold')
  expect(await plans().replace(read, { ...read, status: 'running' }, { task })).toBe(true)
})

describe('a plan that names very many', () => {
  it('keeps them in one place: its record is small, and is read, listed and decided without them', async () => {
    const whole = plan(MANY, {
      added: ['a-1'],
      updated: [],
      cleared: ['c-1'],
      idle: [{ id: idOf(0), reason: 'no_session', since: 5 }],
      kept: [{ id: 'k-1', reason: 'protected' }],
      unmanaged: [{ testerId: 't-1', email: null }],
    })
    await plans().put(gold, whole)
    expect(await bytesOf()).toBeLessThan(1_000)
    const [head] = await plans().listHeld('gold')
    expect(head).toMatchObject({ id: 'plan-1', plan: { remove: MANY } })
    expect(JSON.stringify(await plans().list('gold', 10)).length).toBeLessThan(1_000)
    expect(await plans().find('plan-1')).toEqual(whole)
    expect(await plans().namedBy(head!, [idOf(5), 'other'])).toEqual([idOf(5)])

    const read = (await plans().find('plan-1'))!
    expect(await plans().replace(read, { ...read, status: 'running', decidedBy: 'user:ann' })).toBe(true)
    expect(await plans().replace(read, { ...read, status: 'rejected' })).toBe(false)
    expect(await plans().replace(head!, { ...head!, status: 'rejected' })).toBe(false)
    expect(await plans().find('plan-1')).toEqual({ ...whole, status: 'running', decidedBy: 'user:ann' })
    expect(await namesKept()).toBe(1)
  })

  it('is read by pages, and only by whoever wants the names', async () => {
    await plans().put(gold, plan(MANY))
    await redis.config('RESETSTAT')
    const pages = async () => Number(/cmdstat_lrange:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0)
    await plans().listHeld('gold')
    await plans().list('gold', 10)
    expect(await pages()).toBe(0)
    const record = (await plans().find('plan-1'))!
    expect(await pages()).toBe(MANY / 2_000 + 1)
    await plans().replace(record, { ...record, status: 'running' })
    await plans().put(gold, { ...record, status: 'done' })
    expect(await pages()).toBe(MANY / 2_000 + 1)
  })

  it('keeps no names beside those it has: of a record that others were put into, or that is no more', async () => {
    await plans().put(gold, plan(500))
    await plans().put(gold, plan(300))
    expect([(await plans().find('plan-1'))?.removals.length, await namesKept()]).toEqual([300, 1])
    const read = (await plans().find('plan-1'))!
    const erased = { ...read, removals: read.removals.filter((id) => id !== idOf(7)) }
    expect(await plans().replace(read, erased)).toBe(true)
    expect([(await plans().find('plan-1'))?.removals.length, await namesKept()]).toEqual([299, 1])
    expect(await plans().replace(read, { ...read, removals: read.removals.slice(0, 200) })).toBe(false)
    expect([(await plans().find('plan-1'))?.removals.length, await namesKept()]).toEqual([299, 1])
    for (let at = 0; at < 60; at++)
      await plans().put(gold, plan(150, { id: `p-${at}`, status: 'done', startedAt: 10 + at }))
    // Fifty of a roster stay, and one that waits for a person.
    expect(await namesKept()).toBe(51)
  })

  it('keeps fewer plans where they name very many, but the newest one, and what waits for a person', async () => {
    const few = createReconciliations(redis, 'acme', { plans: 50, names: 1_000 })
    const ids = async () => (await few.list('gold', 50)).items.map(({ id }) => id)
    await few.put(gold, plan(300, { id: 'held' }))
    for (let at = 0; at < 9; at++) await few.put(gold, plan(400, { id: `p-${at}`, status: 'done', startedAt: 10 + at }))
    expect(await ids()).toEqual(['p-8', 'p-7', 'held'])
    await few.put(gold, plan(5_000, { id: 'large', status: 'done', startedAt: 30 }))
    expect([await ids(), await namesKept()]).toEqual([['large', 'held'], 2])
    for (let at = 0; at < 9; at++) await few.put(gold, plan(1, { id: `s-${at}`, status: 'done', startedAt: 40 + at }))
    expect(await ids()).toHaveLength(10)
  })
})

it('names that no record has any more are forgotten with the step that gives it others, whichever write its process died before', async () => {
  await redis.set(globalKeys.packedFrom, 1)
  const changes = [
    // Others in the same plan, others in its place, and so many newer ones that it is kept no longer.
    async (own: ReturnType<typeof plans>, read: Reconciliation) =>
      own.put(gold, { ...read, removals: read.removals.slice(1) }),
    (own: ReturnType<typeof plans>, read: Reconciliation) => {
      const rejected = { ...read, removals: [], status: 'rejected' as const }
      return own.put(gold, plan(200, { id: 'plan-2' }), { replaces: [[read, rejected]] })
    },
    async (own: ReturnType<typeof plans>) => {
      for (let at = 0; at < 51; at++)
        await own.put(gold, plan(1, { id: `newer-${at}`, startedAt: 2 + at, status: 'done' }))
    },
  ]
  for (const change of changes) {
    for (let at = 0; ; at++) {
      await plans().put(gold, plan(300, { status: 'done' }))
      const read = (await plans().find('plan-1'))!
      const died = await diesAt(redis, at, (process) => change(createReconciliations(process.redis, 'acme'), read))
      const kept = Object.values(await redis.hgetall(keys.reconciliations)).join()
      for (const key of await redis.keys(keys.planNames('*'))) {
        const isNamed = kept.includes(key.slice(keys.planNames('').length))
        // What a writer left behind that died before its step goes by itself.
        expect({ at, isNamed: isNamed || (await redis.pttl(key)) > 0 }).toEqual({ at, isNamed: true })
      }
      await redis.flushall()
      await redis.sadd(keys.rosters, 'gold')
      await redis.set(globalKeys.packedFrom, 1)
      if (!died) break
    }
  }
})

it('a plan of few, or of a store that an older release may read, is one record as before', async () => {
  await plans().put(gold, plan(3))
  expect([await namesKept(), (await plans().find('plan-1'))?.removals.length]).toEqual([0, 3])
  await redis.flushall()
  await redis.sadd(keys.rosters, 'gold')
  await redis.set(globalKeys.packedFrom, Date.now() + 60_000)
  const later = connect()
  await createReconciliations(later, 'acme').put(gold, plan(500))
  const text = (await later.hget(keys.reconciliations, 'plan-1')) ?? ''
  expect((JSON.parse(text) as Reconciliation).removals).toHaveLength(500)
  expect((await createReconciliations(later, 'acme').find('plan-1'))?.removals).toHaveLength(500)
  later.disconnect()
})
