import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually, makeTeamKey } from '@flightroster/core/testing'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf } from '../../../testing/plans.ts'
import type { Roster } from '../../domain/roster.ts'
import {
  createLaneStore,
  createMoverStore,
  createProtections,
  createReconciliations,
  laneKeys,
  leaveLane,
} from '../../store/index.ts'
import { applySnapshot } from '../reconcile/index.ts'
import { newReconciliation } from '../reconcile/run-reconcile.ts'
import { timePasses } from '../../../testing/time-passes.ts'
import { moveRoster, resumeBegun } from './move-roster.ts'

let rig: LaneRig
let gold: Roster

beforeEach(async () => {
  rig = await startLaneRig()
  gold = await rig.addRoster()
  await rig.addRoster({ id: 'stays' })
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const join = (member: string, roster = 'gold') => rig.join(member, { id: `evt-${member}`, roster })
const group = () => rig.emulator.groupMembers(gold.group.id).sort()
const until = (members: string[]) =>
  rig.until(() => expect(group()).toEqual(members.map((id) => `${id}@example.com`).sort()))
const list = (ids: string[]) =>
  applySnapshot(rig.deps, {
    roster: gold,
    ...listOf(ids),
  })

describe('a roster that moves to another team key', () => {
  it('takes along whom its plans name, however many', async () => {
    const ids = Array.from({ length: 1_200 }, (_, at) => `m-${at}`)
    const plan = newReconciliation(gold, 5)
    await createReconciliations(rig.redis, 'acme').put(gold, { ...plan, removals: ids })
    const kept = (lane: string) => rig.redis.keys(laneKeys(lane).planNames('*'))
    expect(await kept('acme')).toHaveLength(1)
    await moveRoster(rig.deps, gold, 'second')
    expect((await createReconciliations(rig.redis, 'second').find(plan.id))?.removals).toEqual(ids)
    expect([(await kept('acme')).length, (await kept('second')).length]).toEqual([0, 1])
    await rig.store.forgetRoster({ ...gold, teamKey: 'second' })
    expect(await kept('second')).toEqual([])
  })

  it('gets its turn at a lane that one worker after the other visits without a pause', async () => {
    const lane = createLaneStore(rig.redis, 'acme')
    const turns = { at: 0, isOver: false }
    const worker = async (name: string) => {
      while (!turns.isOver) {
        const opened = await lane.open(name, 15_000)
        if (opened.kind !== 'opened') continue
        turns.at++
        await timePasses(20)
        await lane.close(name)
      }
    }
    const workers = Array.from({ length: 12 }, (_, at) => worker(`worker-${at}`))
    await eventually(() => expect(turns.at).toBeGreaterThan(0))
    const before = turns.at
    const { rosters } = rig.store
    // The first thing that a mover does with the lane.
    let begunAt: number | undefined
    const update: typeof rosters.update = (...words) => {
      begunAt ??= turns.at
      return rosters.update(...words)
    }
    await moveRoster({ ...rig.deps, store: { ...rig.store, rosters: { ...rosters, update } } }, gold, 'second')
    // At most one visit begins while the promise is on its way.
    expect((begunAt ?? Infinity) - before).toBeLessThanOrEqual(1)
    turns.isOver = true
    await Promise.all(workers)
    expect((await rig.store.rosters.find('gold'))?.teamKey).toBe('second')
    expect(await rig.redis.exists(laneKeys('acme').promised)).toBe(0)
  })

  it('takes members, backlog, held plans and dedup marks along, and leaves nothing behind', async () => {
    for (const id of ['a', 'b']) await join(id)
    await join('s', 'stays')
    await until(['a', 'b'])
    const { reconciliation } = await list([])
    for (const id of ['c', 'd']) await join(id)
    await createProtections(rig.redis, 'acme', 'gold').put('a', { at: 1, by: 'user:ann' }, '{}')
    await moveRoster(rig.deps, gold, 'second')
    expect([...(await createProtections(rig.redis, 'second', 'gold').all())]).toEqual(['a'])
    expect(await rig.store.rosters.find('gold')).toMatchObject({ teamKey: 'second' })
    expect(await rig.redis.keys('fr:{acme}:roster:gold:*')).toEqual([])
    expect(await join('a')).toEqual([{ status: 'duplicate', problem: null }])
    await until(['a', 'b', 'c', 'd'])
    expect(Object.values(await rig.statuses('gold', 'second'))).toHaveLength(4)
    expect((await createReconciliations(rig.redis, 'second').listHeld('gold')).map(({ id }) => id)).toEqual([
      reconciliation?.id,
    ])
    await join('e')
    await join('t', 'stays')
    await until(['a', 'b', 'c', 'd', 'e'])
    await rig.until(async () => expect(await rig.redis.hlen(laneKeys('acme').work)).toBe(0))
    expect(Object.keys(await rig.statuses('stays')).sort()).toEqual(['s', 't'])
  })

  it('is gone on with where its mover died, and takes no change meanwhile', async () => {
    for (const id of ['a', 'b']) await join(id)
    await until(['a', 'b'])
    await join('c')
    const moving = { from: 'acme', to: 'second', since: Date.now() - 60_000 }
    await rig.store.rosters.put({ ...gold, moving })
    await leaveLane(rig.redis, 'acme', 'gold')
    // The former lane is visited while the move lies dead, and finds nobody to work for.
    await rig.visit()
    await expect(join('d')).rejects.toMatchObject({ code: 'store_unavailable' })
    await resumeBegun(rig.deps)
    expect((await rig.store.rosters.find('gold'))?.moving).toBeUndefined()
    await until(['a', 'b', 'c'])
    await join('d')
    await until(['a', 'b', 'c', 'd'])
  })

  it('asks Apple nothing while its mover lies dead, and does not keep the lane busy', async () => {
    await join('a')
    await rig.store.rosters.put({ ...gold, moving: { from: 'acme', to: 'second', since: Date.now() } })
    await leaveLane(rig.redis, 'acme', 'gold')
    await join('b', 'stays')
    const end = await rig.visitOnce()
    // One call, for the roster that stays.
    expect(rig.emulator.calls().map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/betaTesters'])
    expect(await rig.statuses('stays')).toEqual({ b: 'invited' })
    expect(end.inMs).toBeGreaterThan(1_000)
    await rig.store.rosters.put({ ...gold, moving: { from: 'acme', to: 'second', since: Date.now() - 60_000 } })
    await rig.store.begunRosters.note('gold')
    await resumeBegun(rig.deps)
    await until(['a'])
    await rig.until(async () => expect(await rig.queueOf('acme').counts()).toMatchObject({ delayed: 0 }))
  })

  it('that nobody noted is found once in a long while, and from then on at every look', async () => {
    await join('a')
    await until(['a'])
    await rig.store.rosters.put({ ...gold, moving: { from: 'acme', to: 'second', since: Date.now() } })
    // Too fresh to be called abandoned: this look finds it, and may not touch it yet.
    await resumeBegun(rig.deps)
    await rig.store.rosters.put({ ...gold, moving: { from: 'acme', to: 'second', since: Date.now() - 60_000 } })
    await resumeBegun(rig.deps)
    expect(await rig.store.rosters.find('gold')).toMatchObject({ teamKey: 'second', moves: 1 })
  })

  it('loses no event that arrives while it moves', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `m-${at}`)
    await join('a')
    const sending = (async () => {
      for (const id of ids) {
        for (;;) {
          const outcome = await join(id).catch(() => undefined)
          if (outcome) {
            expect(outcome[0]?.status).toMatch(/accepted|duplicate/)
            break
          }
          await timePasses(2)
        }
      }
    })()
    await moveRoster(rig.deps, gold, 'second')
    await sending
    await until(['a', ...ids])
  })
})

describe('a mover that was slow, and lost its lease to another', () => {
  const mover = (token: string) =>
    createMoverStore(rig.redis, {
      roster: 'gold',
      createdAt: gold.createdAt,
      appId: gold.app.id,
      from: 'acme',
      to: 'second',
      token,
    })

  it('writes nothing more, in neither lane', async () => {
    await join('a')
    await rig.redis.set(laneKeys('acme').lease, 'slow')
    await mover('slow').begin()
    await rig.redis.set(laneKeys('acme').lease, 'next')
    await mover('next').begin()
    const slow = mover('slow')
    for (const step of ['leave', 'copy', 'enter', 'drop', 'end'] as const) {
      await expect(slow[step]()).rejects.toMatchObject({ code: 'lease_lost' })
    }
    expect(await rig.redis.hlen(laneKeys('acme').roster('gold').desired)).toBe(1)
    expect(await rig.redis.exists(laneKeys('second').roster('gold').desired)).toBe(0)
    expect(await rig.redis.sismember(laneKeys('acme').rosters, 'gold')).toBe(1)
    await mover('next').copy()
    expect(await rig.redis.hlen(laneKeys('second').roster('gold').desired)).toBe(1)
  })

  it('does not begin again what another has finished', async () => {
    await moveRoster(rig.deps, gold, 'second')
    const moved = await rig.store.rosters.find('gold')
    if (!moved) throw new Error('No roster.')
    await moveRoster(rig.deps, moved, 'acme')
    // As it was read before the first move.
    await expect(moveRoster(rig.deps, gold, 'second')).rejects.toMatchObject({ code: 'lease_lost' })
    expect(await rig.store.rosters.find('gold')).toMatchObject({ teamKey: 'acme' })
    await join('a')
    await until(['a'])
  })
})

it('takes the rows of a list along that its former lane did not take any more', async () => {
  await moveRoster(rig.deps, gold, 'second')
  // The list was begun with the roster as it was.
  const { reconciliation } = await list(['a', 'b'])
  await until(['a', 'b'])
  expect((await createReconciliations(rig.redis, 'second').find(reconciliation?.id ?? ''))?.added).toEqual(['a', 'b'])
})

it('keeps bulk work bulk, and what failed out of the former queue', async () => {
  await list(['a', 'b'])
  await join('c')
  await moveRoster(rig.deps, gold, 'second')
  const keys = laneKeys('second')
  expect((await rig.redis.zrange(keys.outboxBulk, '0', '-1')).sort()).toEqual(['gold\0a', 'gold\0b'])
  expect(await rig.redis.zrange(keys.outboxInteractive, '0', '-1')).toContain('gold\0c')
})
