import { describe, expect, it } from 'vitest'
import { createFacts, laneKeys } from '../../store/index.ts'
import { requestWork } from '../intake/index.ts'
import { restoreMember } from '../members/index.ts'
import { lawTask } from '../schedule/tasks.ts'
import { startReclaimRig } from '../../../testing/reclaim-rig.ts'

describe.concurrent('a seat that is taken back', () => {
  it('is free, and the member stays on the roster, told why once', async () => {
    await using world = await startReclaimRig()
    const { rig, join, reclaim, inApp, recordOf } = world
    await join(['ann', 'bob'])
    await reclaim('ann')
    expect(inApp()).toEqual(['bob@example.com'])
    const ann = await recordOf('ann')
    expect(ann).toMatchObject({ desired: { present: true, email: 'ann@example.com' }, status: 'reclaimed' })
    expect(ann.observed?.problem?.code).toBe('idle_reclaimed')
    const facts = await createFacts(rig.redis, 'acme').peek(100)
    expect(facts.filter((fact) => fact.type === 'member.reclaimed')).toMatchObject([
      { member: 'ann', status: 'reclaimed', problem: { code: 'idle_reclaimed' } },
    ])
  })

  it('is not given back, nor mailed about, by updates, requests or readings', async () => {
    await using world = await startReclaimRig()
    const { rig, join, reclaim, inApp, mails, read } = world
    await join(['ann', 'bob'])
    await reclaim('ann')
    const before = mails()
    await rig.update('ann', { email: 'ann.new@example.com' })
    for (const kind of ['converge', 'invitation'] as const)
      await requestWork(rig.deps, { roster: 'gold', member: 'ann', kind })
    await read()
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'reclaimed', bob: 'invited' }))
    expect(inApp()).toEqual(['bob@example.com'])
    expect(mails()).toBe(before)
  })

  it.each(['a newer join', 'a restore'])('comes back with %s, with one mail', async (how) => {
    await using world = await startReclaimRig()
    const { rig, gold, join, reclaim, inApp, mails, recordOf } = world
    await join(['ann', 'bob'])
    await reclaim('ann')
    const before = mails()
    if (how === 'a restore') {
      expect(await restoreMember(rig.deps, { roster: gold, member: 'ann', origin: 'api' })).toBe(true)
      expect(await restoreMember(rig.deps, { roster: gold, member: 'ann', origin: 'api' })).toBe(false)
    } else await rig.join('ann')
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' }))
    expect(inApp()).toEqual(['ann@example.com', 'bob@example.com'])
    expect(mails()).toBe(before + 1)
    expect((await recordOf('ann')).observed?.reclaimed).toBeNull()
  })

  it('is gone for good once the member leaves', async () => {
    await using world = await startReclaimRig()
    const { rig, join, reclaim } = world
    await join(['ann', 'bob'])
    await reclaim('ann')
    await rig.leave('ann')
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'removed', bob: 'invited' }))
  })

  it('stays where another roster of the app wants the person, or a fellow member has the address', async () => {
    await using world = await startReclaimRig()
    const { rig, join, plant, ask, inApp } = world
    await rig.addRoster({ id: 'silver' })
    await join(['ann', 'bob', 'cat'])
    await join(['ann'], 'silver')
    await rig.join('bob-2', { email: 'bob@example.com' })
    await rig.until(async () => expect(await rig.statuses()).toMatchObject({ 'bob-2': 'invited' }))
    await plant(['ann', 'bob', 'cat'])
    const plan = await ask(null)
    expect(plan.kept).toEqual([
      { id: 'ann', reason: 'wanted_elsewhere' },
      { id: 'bob', reason: 'address_shared' },
    ])
    expect(plan.removals).toEqual(['cat'])
    // Wanted by the other roster only after the plan was made and begun.
    await rig.visit()
    await rig.join('cat', { roster: 'silver' })
    await rig.until(async () => expect((await rig.statuses('silver'))['cat']).toBe('invited'))
    await rig.until(async () => expect((await rig.statuses())['cat']).toMatch(/^(invited|reclaimed)$/))
    expect(inApp()).toEqual(['ann@example.com', 'bob@example.com', 'cat@example.com'])
  })

  it('is no wish of its own: another roster of the app takes the person out of the app when they leave it', async () => {
    await using world = await startReclaimRig()
    const { rig, join, reclaim, inApp } = world
    const silver = await rig.addRoster({ id: 'silver', removal: 'app' })
    await join(['ann', 'bob'])
    await reclaim('ann')
    await join(['ann'], 'silver')
    expect(await rig.statuses()).toEqual({ ann: 'reclaimed', bob: 'invited' })
    await rig.leave('ann', { roster: 'silver' })
    await rig.until(async () => expect(await rig.statuses('silver')).toEqual({ ann: 'removed' }))
    expect(inApp(silver.app.id)).toEqual(['bob@example.com'])
  })

  it('is finished by the law of the lane where the worker died before a job was made', async () => {
    await using world = await startReclaimRig()
    const { rig, join, plant, ask } = world
    await join(['ann', 'bob'])
    await plant(['ann'])
    await ask(['ann'])
    await rig.visit()
    expect(await rig.redis.del(laneKeys('acme').outboxBulk)).toBe(1)
    await rig.due(lawTask('acme'))
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'reclaimed', bob: 'invited' }))
  })

  it('of a thousand comes back in at most 40 calls', async () => {
    await using world = await startReclaimRig({ removalGuard: { percent: 100, atLeast: 1 } })
    const { rig, plant, ask, inApp } = world
    const ids = Array.from({ length: 1_000 }, (_, at) => `u-${at}`)
    const counts = () => rig.store.members('acme', 'gold').counts()
    await rig.join([...ids, 'stays'])
    await rig.until(async () => expect(await counts()).toMatchObject({ invited: 1_001 }), 120_000)
    await plant(ids)
    const before = rig.emulator.calls().length
    await ask(ids)
    await rig.until(async () => expect(await counts()).toMatchObject({ invited: 1, reclaimed: 1_000 }), 120_000)
    expect(inApp()).toEqual(['stays@example.com'])
    const calls = rig.emulator.calls().slice(before)
    expect(calls.length, calls.map(({ method, path }) => `${method} ${path}`).join('\n')).toBeLessThanOrEqual(40)
  })
})
