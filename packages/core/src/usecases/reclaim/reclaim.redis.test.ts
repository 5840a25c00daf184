import { describe, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { IDLE_RULE, plantIdle } from '../../../testing/idle.ts'
import { startLaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createFacts, createProtections, laneKeys } from '../../store/index.ts'
import { requestWork } from '../intake/index.ts'
import { restoreMember } from '../members/index.ts'
import { getReconciliation, startReconciliation } from '../reconcile/index.ts'
import { lawTask } from '../schedule/tasks.ts'
import { approveReconciliation } from '../reconcile/index.ts'
import { startReclaim } from './start-reclaim.ts'

const DAY = 86_400_000

const statusOf = (ids: string[], status: string) => Object.fromEntries(ids.map((id) => [id, status]))

/** A lane of its own for each test: they wait for Apple most of the time, together. */
async function startReclaimRig(rule: Partial<Roster> = {}) {
  const rig = await startLaneRig()
  const gold = await rig.addRoster({ idle: IDLE_RULE, ...rule })
  const plant = (ids: string[], days?: number) => plantIdle(rig.redis, 'gold', ids, days)
  const ask = (ids: string[] | null, dryRun = false) => startReclaim(rig.deps, { roster: gold, dryRun, members: ids })
  return {
    rig,
    gold,
    plant,
    ask,
    join: async (ids: string[], roster = 'gold') => {
      await rig.join(ids, { roster })
      await rig.until(async () => expect(await rig.statuses(roster)).toMatchObject(statusOf(ids, 'invited')))
    },
    reclaim: async (...ids: string[]) => {
      await plant(ids)
      const { id, status } = await ask(ids)
      expect(status).toBe('running')
      await rig.until(async () => expect(await rig.statuses()).toMatchObject(statusOf(ids, 'reclaimed')))
      return id
    },
    inApp: (app = gold.app.id) =>
      rig.emulator
        .testers(app)
        .map(({ email }) => email)
        .sort(),
    mails: () => rig.emulator.mails().length,
    read: async () => {
      const { id } = await startReconciliation({ ...rig.deps, charge: async () => {} }, { roster: gold, dryRun: false })
      return rig.until(async () => {
        const record = await getReconciliation(rig.deps, gold, id)
        expect(record.status).not.toBe('running')
        return record
      })
    },
    recordOf: async (id: string) => (await rig.store.members('acme', 'gold').find(id))!,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]()
      expect(rig.emulator.violations()).toEqual([])
    },
  }
}

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
