import { describe, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { createProtections, laneKeys } from '../../store/index.ts'
import { getReconciliation } from '../reconcile/index.ts'
import { approveReconciliation } from '../reconcile/index.ts'
import { startReclaim } from './start-reclaim.ts'
import { startReclaimRig, statusOf } from '../../../testing/reclaim-rig.ts'

const DAY = 86_400_000

describe.concurrent('a plan to take seats back', () => {
  it('says of everybody who was asked for why they keep the seat, and changes nothing when dry', async () => {
    await using world = await startReclaimRig()
    const { rig, join, plant, ask, gold } = world
    await join(['ann', 'bob', 'cat', 'dan'])
    await plant(['ann', 'bob'])
    await plant(['cat'], 3)
    await createProtections(rig.redis, 'acme', 'gold').put('bob', { at: 1, by: 'user:eve' }, '{}')
    const plan = await ask(['ann', 'bob', 'cat', 'dan', 'nobody'], true)
    expect(plan).toMatchObject({
      kind: 'reclaim',
      status: 'done',
      dryRun: true,
      removals: ['ann'],
      idle: [{ id: 'ann', reason: 'not_accepted' }],
      kept: [
        { id: 'bob', reason: 'protected' },
        { id: 'cat', reason: 'not_idle' },
        { id: 'dan', reason: 'unknown' },
        { id: 'nobody', reason: 'not_a_member' },
      ],
    })
    await rig.visit()
    expect(await rig.statuses()).toEqual(statusOf(['ann', 'bob', 'cat', 'dan'], 'invited'))
    await expect(
      startReclaim(rig.deps, { roster: { ...gold, idle: null }, dryRun: true, members: null }),
    ).rejects.toThrow(expect.objectContaining({ code: 'idle_rule_missing' }))
  })

  it('is held by the guard, and approved for the very people who were shown', async () => {
    await using world = await startReclaimRig()
    const { rig, gold, join, plant, ask } = world
    const ids = Array.from({ length: 15 }, (_, at) => `u-${at}`)
    await join([...ids, 'stays'])
    await plant(ids)
    const plan = await ask(null)
    expect(plan).toMatchObject({ status: 'held', held: 'roster', plan: { remove: 15, unchanged: 1 } })
    const approve = (id: string) => approveReconciliation(rig.deps, { roster: gold, id, by: 'ann', reason: null })
    await createProtections(rig.redis, 'acme', 'gold').put('u-3', { at: 1, by: 'user:eve' }, '{}')
    const refused = await approve(plan.id).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'plan_changed' })
    const fresh = (refused as { details: { reconciliation: string } }).details.reconciliation
    await approve(fresh)
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, fresh)).status).toBe('done'))
    expect(await rig.statuses()).toEqual({ ...statusOf(ids, 'reclaimed'), 'u-3': 'invited', stays: 'invited' })
    expect(await getReconciliation(rig.deps, gold, fresh)).toMatchObject({
      removals: ids.filter((id) => id !== 'u-3').sort(),
      progress: { converged: 14, toConverge: 14 },
    })
  })

  it('leaves out who came back before it was carried out', async () => {
    await using world = await startReclaimRig()
    const { rig, gold, join, plant, ask } = world
    await join(['ann', 'bob', 'cat'])
    await plant(['ann', 'bob'])
    const { id } = await ask(null)
    // Another state was seen since.
    await plant(['bob'], 1)
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, id)).status).toBe('done'))
    expect(await rig.statuses()).toEqual({ ann: 'reclaimed', bob: 'invited', cat: 'invited' })
    expect(await getReconciliation(rig.deps, gold, id)).toMatchObject({
      removals: ['ann'],
      plan: { remove: 1 },
      kept: [{ id: 'bob', reason: 'not_idle' }],
    })
  })

  it('leaves the seat to who joined again since it was made, and says so', async () => {
    await using world = await startReclaimRig()
    const { rig, gold, join, plant, ask, inApp, mails } = world
    await join(['ann', 'bob', 'cat'])
    await plant(['ann', 'bob'])
    const { id } = await ask(null)
    const before = mails()
    await rig.join('bob')
    await rig.update('bob', { firstName: 'Bob' })
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, id)).status).toBe('done'))
    await rig.until(async () =>
      expect(await rig.statuses()).toEqual({ ann: 'reclaimed', bob: 'invited', cat: 'invited' }),
    )
    expect(await getReconciliation(rig.deps, gold, id)).toMatchObject({
      removals: ['ann'],
      kept: [{ id: 'bob', reason: 'joined_again' }],
    })
    expect(inApp()).toEqual(['bob@example.com', 'cat@example.com'])
    expect(mails()).toBe(before)
    // Whoever plans anew knows of the join: it is no reason to keep a seat for good.
    expect(await ask(['bob'])).toMatchObject({ removals: ['bob'] })
  })

  it('that waits for a person is shown anew where somebody whom it names has joined again', async () => {
    await using world = await startReclaimRig()
    const { rig, gold, join, plant, ask } = world
    const ids = Array.from({ length: 15 }, (_, at) => `u-${at}`)
    await join([...ids, 'stays'])
    await plant(ids)
    const plan = await ask(null)
    await rig.join('u-3')
    const approve = (id: string) => approveReconciliation(rig.deps, { roster: gold, id, by: 'ann', reason: null })
    const refused = await approve(plan.id).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'plan_changed' })
    const fresh = (refused as { details: { reconciliation: string } }).details.reconciliation
    await approve(fresh)
    // Between the approval and the visit that carries it out.
    await rig.join('u-4')
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, fresh)).status).toBe('done'))
    const stays = statusOf(['u-3', 'u-4', 'stays'], 'invited')
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ...statusOf(ids, 'reclaimed'), ...stays }))
    expect((await getReconciliation(rig.deps, gold, fresh)).kept).toEqual([
      { id: 'u-3', reason: 'joined_again' },
      { id: 'u-4', reason: 'joined_again' },
    ])
  })

  it('leaves in who joined again, whichever write the worker died before that carried it out', async () => {
    await using world = await startReclaimRig({ removalGuard: { percent: 100, atLeast: 1_000 } })
    const { rig, gold, join, plant, ask, inApp } = world
    await join(['stays'])
    for (let at = 0; ; at += 2) {
      const [idle, back] = [`idle-${at}`, `back-${at}`]
      await join([idle, back])
      await plant([idle, back])
      const { id } = await ask([idle, back])
      const died = await diesAt(rig.redis, at, ({ redis }) => rig.visitBy(redis))
      await rig.join(back)
      await rig.redis.del(laneKeys('acme').lease)
      await rig.until(async () => expect((await getReconciliation(rig.deps, gold, id)).status).toBe('done'))
      await rig.until(async () =>
        expect({ at, ...(await rig.statuses()) }).toMatchObject({ at, [idle]: 'reclaimed', [back]: 'invited' }),
      )
      expect(inApp()).toContain(`${back}@example.com`)
      if (!died) break
    }
  })

  it('takes nobody out by what was known hours ago, where the group can not be read now', async () => {
    await using world = await startReclaimRig()
    const { rig, gold, join, plant, ask } = world
    await join(['ann', 'bob'])
    await plant(['ann'])
    await rig.redis.hset(laneKeys('acme').roster('gold').figures, 'seenAt', Date.now() - DAY / 12)
    const match = { method: 'GET', path: '/v1/betaGroups/{id}/betaTesters' }
    rig.emulator.failNext({ kind: 'short-list', times: Infinity, match })
    const { id } = await ask(null)
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, id)).status).toBe('failed'))
    expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' })
  })

  it('reads the group first where what is known is hours old, and leaves out who accepted since', async () => {
    await using world = await startReclaimRig()
    const { rig, gold, join, plant, ask } = world
    await join(['ann', 'bob', 'cat'])
    await plant(['ann', 'bob'])
    await rig.redis.hset(laneKeys('acme').roster('gold').figures, 'seenAt', Date.now() - DAY / 12)
    rig.emulator.setState('bob@example.com', 'ACCEPTED')
    const { id } = await ask(null)
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, id)).status).toBe('done'))
    expect(await rig.statuses()).toEqual({ ann: 'reclaimed', bob: 'accepted', cat: 'invited' })
    expect(await getReconciliation(rig.deps, gold, id)).toMatchObject({
      removals: ['ann'],
      kept: [{ id: 'bob', reason: 'not_idle' }],
    })
  })

  it('puts back in order who comes back while Apple still takes them out', async () => {
    await using world = await startReclaimRig()
    const { rig, join, plant, ask, inApp, mails } = world
    rig.emulator.settings({ appRemovalMs: 3_000 })
    await join(['ann', 'bob'])
    await plant(['ann'])
    await ask(null)
    await rig.until(() =>
      expect(rig.emulator.calls().some(({ method, path }) => method === 'DELETE' && path.includes('/apps/'))).toBe(
        true,
      ),
    )
    const before = mails()
    await rig.join('ann')
    await rig.until(async () => expect(await rig.statuses()).toEqual({ ann: 'invited', bob: 'invited' }))
    await rig.until(() => expect(inApp()).toEqual(['ann@example.com', 'bob@example.com']))
    expect(mails()).toBe(before + 1)
  })
})
