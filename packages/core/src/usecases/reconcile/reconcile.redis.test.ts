import { eventually } from '@flightroster/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf } from '../../../testing/plans.ts'
import type { Roster } from '../../domain/roster.ts'
import { createFacts, createReconciliations, createSchedule, laneKeys } from '../../store/index.ts'
import { formatObserved, parseObserved } from '../../store/member/observed.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { approveReconciliation } from './decide.ts'
import { getReconciliation, listReconciliations } from './get-reconciliation.ts'
import { pauseRoster, resumeRoster } from '../rosters/index.ts'
import { startReconciliation } from './start-reconciliation.ts'
import { requestedTask } from '../schedule/tasks.ts'

let rig: LaneRig
let gold: Roster

beforeEach(async () => {
  rig = await startLaneRig()
  gold = await rig.addRoster()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

const names = (count: number) => Array.from({ length: count }, (_, at) => `u-${at}`)
const snapshot = (ids: string[], roster = gold) =>
  applySnapshot(rig.deps, {
    roster,
    ...listOf(ids),
  })
const group = () => rig.emulator.groupMembers(gold.group.id).sort()
const addresses = (ids: string[]) => ids.map((id) => `${id}@example.com`).sort()
const fill = async (count: number) => {
  await snapshot(names(count))
  await rig.until(() => expect(group()).toEqual(addresses(names(count))))
  await rig.until(async () => expect(Object.values(await rig.statuses())).toEqual(Array(count).fill('invited')))
}
const put = async (change: Partial<Roster>) => {
  gold = { ...gold, ...change }
  await rig.store.rosters.put(gold)
}
/** Asks for a reading, and gives back what it came to. */
const read = async (dryRun = false) => {
  const { id } = await startReconciliation(rig.deps, { roster: gold, dryRun })
  return rig.until(async () => {
    const record = await getReconciliation(rig.deps, gold, id)
    expect(record.status).not.toBe('running')
    return record
  })
}
const approve = (id: string) => approveReconciliation(rig.deps, { roster: gold, id, by: 'ann', reason: null })
const leave = (id: string) => rig.leave(id)

describe('a reading of the whole group', () => {
  it('takes over what testers did', async () => {
    await fill(3)
    rig.emulator.setState('u-0@example.com', 'ACCEPTED')
    rig.emulator.setState('u-1@example.com', 'INSTALLED')
    expect(await read()).toMatchObject({ status: 'done', plan: { update: 2, remove: 0 }, progress: { read: 3 } })
    expect(await rig.statuses()).toEqual({ 'u-0': 'accepted', 'u-1': 'installed', 'u-2': 'invited' })
  })

  it('puts back who was taken out by hand', async () => {
    await fill(3)
    rig.emulator.removeTester('u-1@example.com', { groupId: gold.group.id })
    expect(await read()).toMatchObject({ status: 'done', plan: { add: 1 } })
    await rig.until(() => expect(group()).toEqual(addresses(names(3))))
    await rig.until(async () => expect(await rig.statuses()).toMatchObject({ 'u-1': 'invited' }))
  })

  it('only reports it where the roster says so, in the readings after it too', async () => {
    await put({ removedByHand: 'report' })
    await fill(3)
    rig.emulator.removeTester('u-1@example.com', { groupId: gold.group.id })
    await read()
    const again = await read()
    expect(again.plan.add).toBe(0)
    await rig.visit()
    expect(group()).toEqual(addresses(['u-0', 'u-2']))
    const member = await rig.store.members('acme', 'gold').find('u-1')
    expect([member?.status, member?.observed?.problem?.code]).toEqual(['removed', 'removed_by_hand'])
  })

  it('never takes back in who stopped testing', async () => {
    await fill(2)
    rig.emulator.setState('u-0@example.com', 'REVOKED')
    await read()
    expect(await rig.statuses()).toMatchObject({ 'u-0': 'revoked' })
    rig.emulator.removeTester('u-0@example.com', { groupId: gold.group.id })
    await read()
    await read()
    await rig.visit()
    expect(group()).toEqual(addresses(['u-1']))
    expect(await rig.statuses()).toMatchObject({ 'u-0': 'revoked' })
  })

  it('takes out who should be out and was added by hand', async () => {
    await fill(3)
    await leave('u-2')
    await rig.until(() => expect(group()).toEqual(addresses(['u-0', 'u-1'])))
    await rig.until(async () => expect(await rig.statuses()).toMatchObject({ 'u-2': 'removed' }))
    rig.emulator.addTester(gold.group.id, 'u-2@example.com')
    expect(await read()).toMatchObject({ status: 'done', removals: ['u-2'] })
    await rig.until(() => expect(group()).toEqual(addresses(['u-0', 'u-1'])))
  })

  it('takes a former address out that reads had not shown, and remembers it until a listing does not show it', async () => {
    await fill(2)
    const { observed } = laneKeys(gold.teamKey).roster('gold')
    const former = async () => (await rig.store.members(gold.teamKey, 'gold').find('u-0'))?.observed?.former
    const text = (await rig.redis.hget(observed, 'u-0')) ?? ''
    const old = { email: 'Old@example.com', at: Date.now() }
    await rig.redis.hset(observed, 'u-0', formatObserved({ ...parseObserved(text), former: [old] }, true))
    rig.emulator.addTester(gold.group.id, 'old@example.com')
    // Nobody is on the roster by it: still it is no unmanaged tester.
    expect(await read(true)).toMatchObject({ plan: { update: 1, remove: 0 }, updated: ['u-0'], unmanaged: [] })
    expect(await former()).toEqual([old])
    expect(await read()).toMatchObject({ status: 'done', removals: [] })
    await rig.until(() => expect(group()).toEqual(addresses(names(2))))
    await rig.until(async () => expect(await rig.statuses()).toMatchObject({ 'u-0': 'invited' }))
    expect(await former()).toEqual([])

    const later = { email: 'later@example.com', at: Date.now() + 60_000 }
    await rig.redis.hset(observed, 'u-0', formatObserved({ ...parseObserved(text), former: [old, later] }, true))
    await read()
    // That one was looked for after this listing began.
    expect(await former()).toEqual([later])
  })

  it('reports testers whom nobody put on the roster, and removes them where it says so', async () => {
    await fill(3)
    rig.emulator.addTester(gold.group.id, 'stranger@example.com')
    const reported = await read()
    expect(reported).toMatchObject({ status: 'done', plan: { remove: 0 } })
    expect(reported.unmanaged).toMatchObject([{ email: 'stranger@example.com' }])
    expect((await rig.store.standing('gold')).drift).toBe(1)
    await put({ unmanagedTesters: 'remove' })
    expect((await read()).plan.remove).toBe(1)
    expect(group()).toEqual(addresses(names(3)))
    expect((await rig.store.standing('gold')).drift).toBe(0)
  })

  it.each(['empty-list', 'short-list', 'repeat-rows'] as const)(
    'concludes nothing from a listing with the fault %s, and flags it',
    async (kind) => {
      await put({ unmanagedTesters: 'remove' })
      await fill(20)
      await leave('u-0')
      await rig.until(async () => expect(await rig.statuses()).toMatchObject({ 'u-0': 'removed' }))
      rig.emulator.addTester(gold.group.id, 'u-0@example.com')
      rig.emulator.failNext({
        kind,
        times: Infinity,
        match: { method: 'GET', path: '/v1/betaGroups/{id}/betaTesters' },
      })
      rig.emulator.resetLedgers()
      expect(await read()).toMatchObject({ status: 'failed', problem: { code: 'apple_answer_unreadable' } })
      expect(rig.emulator.calls().filter(({ method }) => method !== 'GET')).toEqual([])
      expect(group()).toHaveLength(20)
      expect((await rig.store.standing('gold')).lastReconcile?.outcome).toBe('incomplete')
    },
  )

  it('holds removals beyond the guard, tells upstream, and carries out the approved ones only', async () => {
    await put({ unmanagedTesters: 'remove', removalGuard: { percent: 20, atLeast: 2 } })
    await fill(3)
    const strangers = ['s-1', 's-2', 's-3']
    for (const id of strangers) rig.emulator.addTester(gold.group.id, `${id}@example.com`)
    const held = await read()
    expect(held).toMatchObject({ status: 'held', held: 'roster', plan: { remove: 3 } })
    const told = (await createFacts(rig.redis, 'acme').peek(100)).find(({ type }) => type === 'roster.held')
    expect(told).toMatchObject({ reconciliation: held.id, problem: { code: 'roster_held' } })
    rig.emulator.addTester(gold.group.id, 's-4@example.com')
    await approve(held.id)
    await rig.until(() => expect(group()).toEqual(addresses([...names(3), 's-4'])))
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, held.id)).status).toBe('done'))
  })

  it('does not hold the same people again and again', async () => {
    await put({ unmanagedTesters: 'remove', removalGuard: { percent: 1, atLeast: 1 } })
    await fill(2)
    rig.emulator.addTester(gold.group.id, 's-1@example.com')
    const reading = async () => {
      const before = (await rig.store.standing('gold')).lastFullAt
      await rig.due('reconcile:gold')
      await rig.until(async () => expect((await rig.store.standing('gold')).lastFullAt).toBeGreaterThan(before))
    }
    await reading()
    await reading()
    await reading()
    const held = await createReconciliations(rig.redis, 'acme').listHeld('gold')
    expect(held).toHaveLength(1)
    const facts = await createFacts(rig.redis, 'acme').peek(100)
    expect(facts.filter(({ type }) => type === 'roster.held')).toHaveLength(1)
    rig.emulator.removeTester('s-1@example.com', { groupId: gold.group.id })
    await reading()
    expect(await createReconciliations(rig.redis, 'acme').listHeld('gold')).toEqual([])
  })

  it('changes nothing in a dry run, and leaves nothing to approve', async () => {
    await put({ unmanagedTesters: 'remove', removalGuard: { percent: 1, atLeast: 1 } })
    await fill(3)
    rig.emulator.addTester(gold.group.id, 's-1@example.com')
    rig.emulator.removeTester('u-0@example.com', { groupId: gold.group.id })
    rig.emulator.resetLedgers()
    expect(await read(true)).toMatchObject({ status: 'done', held: 'roster', plan: { add: 1, remove: 1 } })
    await rig.visit()
    expect(rig.emulator.calls().filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('waits with removals until reads show our own last writes', async () => {
    await put({ unmanagedTesters: 'remove' })
    await fill(3)
    rig.emulator.addTester(gold.group.id, 's-1@example.com')
    rig.settings.quietAfterWriteMs = 4_000
    const { id } = await startReconciliation(rig.deps, { roster: gold, dryRun: false })
    await rig.visit()
    expect(await getReconciliation(rig.deps, gold, id)).toMatchObject({ status: 'running', plan: { remove: 1 } })
    expect(group()).toContain('s-1@example.com')
    await rig.until(() => expect(group()).toEqual(addresses(names(3))))
    expect((await getReconciliation(rig.deps, gold, id)).status).toBe('done')
  })

  describe('that is asked for', () => {
    const ask = async (dryRun = false) => (await startReconciliation(rig.deps, { roster: gold, dryRun })).id
    const over = (id: string) =>
      rig.until(async () => {
        const record = await getReconciliation(rig.deps, gold, id)
        expect(record.status).not.toBe('running')
        return record
      })
    const path = () => `/v1/betaGroups/${gold.group.id}/betaTesters`
    const listings = () =>
      rig.emulator.calls().filter(({ path: asked, query }) => asked === path() && query['limit'] === '200')

    it('sees what was changed at Apple before, though another is being read just then', async () => {
      await fill(2)
      rig.emulator.resetLedgers()
      rig.emulator.settings({ latencyMs: 500 })
      const first = await ask()
      const visit = rig.visit()
      await eventually(() => expect(listings()).toHaveLength(1), { everyMs: 10 })
      const [second, third] = [await ask(), await ask()]
      rig.emulator.settings({ latencyMs: 0 })
      expect(second).not.toBe(first)
      expect(third).toBe(second)
      // It may have been read already by the first one, and was not by the second.
      await visit
      expect((await getReconciliation(rig.deps, gold, second)).status).toBe('running')
      rig.emulator.setState('u-0@example.com', 'ACCEPTED')
      expect(await ask()).toBe(second)
      expect(await over(second)).toMatchObject({ status: 'done', plan: { update: 1 } })
      expect(await rig.statuses()).toMatchObject({ 'u-0': 'accepted' })
      expect(listings()).toHaveLength(2)
      expect(await ask()).not.toBe(second)
    })

    it('is one with those that wait, however many ask at once, and a dry run is another', async () => {
      await fill(1)
      const ids = new Set(await Promise.all(Array.from({ length: 20 }, (_, at) => ask(at % 2 === 1))))
      expect(ids.size).toBe(2)
      for (const id of ids) await over(id)
      const { items } = await listReconciliations(rig.deps, gold, { limit: 100 })
      expect(items.filter(({ kind }) => kind === 'reconcile')).toHaveLength(2)
    })

    it('is made though whoever asked for it died before it was planned', async () => {
      await fill(1)
      const id = await ask()
      await createSchedule(rig.redis, gold.teamKey).drop(requestedTask(id))
      expect(await ask()).toBe(id)
      expect((await over(id)).status).toBe('done')
    })
  })

  it('that was put off while the roster was paused is made as soon as it is resumed', async () => {
    await pauseRoster(rig.deps, gold.id)
    const { id } = await startReconciliation(rig.deps, { roster: gold, dryRun: false })
    await rig.until(async () => {
      const [dueAt] = await createSchedule(rig.redis, gold.teamKey).dueAt([requestedTask(id)])
      expect(dueAt).toBeGreaterThan(rig.deps.clock.now() + 30_000)
    })
    await resumeRoster(rig.deps, gold.id)
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, id)).status).toBe('done'))
  })

  it('blocks the roster when the group is gone, and resumes it by itself once it answers again', async () => {
    rig.settings.blockedCheckMs = 200
    await fill(2)
    rig.emulator.failNext({
      kind: 'status',
      status: 404,
      times: Infinity,
      match: { path: new RegExp(`/v1/betaGroups/${gold.group.id}`) },
    })
    await startReconciliation(rig.deps, { roster: gold, dryRun: false })
    await rig.until(async () => expect((await rig.store.rosters.find('gold'))?.blocked?.code).toBe('group_gone'))
    await snapshot(names(3))
    rig.emulator.clearFaults()
    await rig.until(async () => expect((await rig.store.rosters.find('gold'))?.blocked).toBeNull())
    await rig.until(() => expect(group()).toEqual(addresses(names(3))))
    const facts = (await createFacts(rig.redis, 'acme').peek(100)).map(({ type }) => type)
    expect(facts.filter((type) => type.startsWith('roster.'))).toEqual(['roster.blocked', 'roster.recovered'])
  })
})

describe('an approved list', () => {
  it('is gone on with after a death right behind the approval, and never beyond its names', async () => {
    await fill(20)
    const { reconciliation } = await snapshot(names(8))
    const record = reconciliation!
    expect(record.status).toBe('held')
    const approved = { ...record, status: 'running' as const, held: null }
    await createReconciliations(rig.redis, 'acme').replace(record, approved, {
      task: { name: `approved:${record.id}`, at: 0 },
    })
    await rig.join('u-19', { id: 'back' })
    await rig.until(() => expect(group()).toEqual(addresses([...names(8), 'u-19'])))
    await rig.until(async () => expect((await getReconciliation(rig.deps, gold, record.id)).status).toBe('done'))
  })

  it('keeps a plan that waits, however many readings come after it', async () => {
    await fill(20)
    const { reconciliation } = await snapshot(names(8))
    const reconciliations = createReconciliations(rig.redis, 'acme')
    for (let at = 0; at < 60; at++) {
      const id = `r-${at}`
      await reconciliations.put(gold, {
        ...reconciliation!,
        id,
        kind: 'reconcile',
        status: 'done',
        startedAt: Date.now() + at,
      })
    }
    expect((await reconciliations.listHeld('gold')).map(({ id }) => id)).toEqual([reconciliation!.id])
    expect((await listReconciliations(rig.deps, gold, { limit: 1_000 })).items).toHaveLength(51)
  })
})
