import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf } from '../../../testing/plans.ts'
import type { Roster } from '../../domain/roster.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { approveReconciliation } from './decide.ts'
import { getReconciliation, listReconciliations } from './get-reconciliation.ts'
import { timePasses } from '../../../testing/time-passes.ts'
import { approvedTask } from '../schedule/tasks.ts'

/** A list, and a person, are "done" once the group is as they say: no sooner. */
let rig: LaneRig
let gold: Roster
beforeEach(async () => {
  rig = await startLaneRig()
  gold = await rig.addRoster()
})
afterEach(() => rig[Symbol.asyncDispose]())

const people = (count: number) => Array.from({ length: count }, (_, at) => `u-${at}`)
const list = (emails: Record<string, string>) =>
  applySnapshot(rig.deps, {
    roster: gold,
    ...listOf(Object.keys(emails), (id) => emails[id] ?? ''),
  })
const addresses = (count: number, moved = 0) =>
  Object.fromEntries(people(count).map((id, at) => [id, `${id}${at < moved ? '-new' : ''}@example.com`]))
const group = () => rig.emulator.groupMembers(gold.group.id).sort()
const formers = () => group().filter((email) => ['u-0@', 'u-1@', 'u-2@'].some((former) => email.startsWith(former)))
const settled = () =>
  rig.until(async () => expect(new Set(Object.values(await rig.statuses()))).toEqual(new Set(['invited'])))
const statusOf = async (id: string) => (await getReconciliation(rig.deps, gold, id)).status

async function fill(count: number): Promise<void> {
  await list(addresses(count))
  await settled()
}

/** Visits, and looks after each, for so long. */
async function watch(forMs: number, look: () => Promise<void>): Promise<void> {
  const ends = performance.now() + forMs
  while (performance.now() < ends) {
    await rig.visit()
    await look()
    await timePasses(20)
  }
}

const refuse = (status: number, method: string) =>
  rig.emulator.failNext({ kind: 'status', status, times: Infinity, match: { method } })

/** Nothing says done while the former addresses are in. */
const watchFormers = (id: string, forMs: number) =>
  watch(forMs, async () => {
    const statuses = await rig.statuses()
    const isDone = (await statusOf(id)) === 'done' || people(3).some((person) => statuses[person] !== 'pending')
    // Read after the statuses: what was said was true then, if it is now.
    expect({ isDone, formers: formers().length }).toEqual({ isDone: false, formers: 3 })
  })

it.each([409, 429, 500])(
  'three addresses changed by a list while Apple answers %i to the removal of the former ones are done once those are out',
  async (status) => {
    await fill(6)
    refuse(status, 'DELETE')
    const { reconciliation } = await list(addresses(6, 3))
    await watchFormers(reconciliation!.id, 4_000)
    rig.emulator.clearFaults()
    await rig.until(async () => expect(await statusOf(reconciliation!.id)).toBe('done'), 90_000)
    expect(group()).toEqual(Object.values(addresses(6, 3)).sort())
  },
)

it('and not while Apple does not say either whether they are out', async () => {
  await fill(6)
  refuse(500, 'DELETE')
  const { reconciliation } = await list(addresses(6, 3))
  await rig.until(() => expect(group()).toHaveLength(9))
  refuse(409, 'GET')
  await watchFormers(reconciliation!.id, 8_000)
})

it('who moves to the address of somebody who stopped testing is out with the former one', async () => {
  await fill(2)
  await rig.join('u-9', { email: 'stopped@example.com' })
  await settled()
  rig.emulator.setState('stopped@example.com', 'REVOKED')
  await rig.leave('u-9')
  await rig.update('u-0', { email: 'stopped@example.com' })
  await rig.until(async () => expect((await rig.statuses())['u-0']).not.toBe('pending'), 90_000)
  expect(group()).not.toContain('u-0@example.com')
})

it('removals are not done before they are recorded, whoever looks, nor where whoever records them died', async () => {
  await fill(4)
  const seen: string[] = []
  const look = async () => {
    const { items } = await listReconciliations(rig.deps, gold, { limit: 1 })
    seen.push(items[0]?.status ?? 'none')
  }
  const died = vi.spyOn(rig.store, 'recordChanges').mockImplementation(async () => {
    await look()
    throw new Error('died')
  })
  await expect(list(addresses(3))).rejects.toThrow('died')
  await look()
  died.mockRestore()
  const [record] = (await listReconciliations(rig.deps, gold, { limit: 1 })).items
  expect([seen, record?.removals]).toEqual([['running', 'running'], ['u-3']])
  await rig.due(approvedTask(record!.id))
  await rig.until(async () => expect(await statusOf(record!.id)).toBe('done'))
  expect(group()).toEqual(Object.values(addresses(3)))
})

it('nor are those of a plan that was approved', async () => {
  await fill(12)
  const { reconciliation } = await list({ 'u-0': 'u-0@example.com' })
  const id = reconciliation!.id
  const record = rig.store.recordChanges.bind(rig.store)
  const seen: string[] = []
  vi.spyOn(rig.store, 'recordChanges').mockImplementation(async (...args) => {
    seen.push(await statusOf(id))
    return record(...args)
  })
  await approveReconciliation(rig.deps, { roster: gold, id, by: 'ops', reason: null })
  expect(seen).toEqual(['running'])
  await rig.until(async () => expect(await statusOf(id)).toBe('done'))
  expect(group()).toEqual(['u-0@example.com'])
})
