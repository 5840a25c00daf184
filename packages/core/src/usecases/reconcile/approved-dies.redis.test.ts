import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { IDLE_RULE, plantIdle } from '../../../testing/idle.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf } from '../../../testing/plans.ts'
import type { Roster } from '../../domain/roster.ts'
import { laneKeys } from '../../store/index.ts'
import { startReclaim } from '../reclaim/start-reclaim.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { pauseRoster, resumeRoster } from '../rosters/index.ts'
import { approvedTask } from '../schedule/tasks.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { approveReconciliation } from './decide.ts'
import { getReconciliation } from './get-reconciliation.ts'
import { startReconciliation } from './start-reconciliation.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

const MEMBERS = ['u-0', 'u-1', 'u-2', 'u-3']
const addressOf = (roster: Roster, id: string) => `${id}.${roster.id}@example.com`
const group = (roster: Roster) => rig.emulator.groupMembers(roster.group.id).sort()

/** A roster of four people, whose guard holds any removal. */
async function fill(at: number | string, more: Partial<Roster> = {}): Promise<Roster> {
  const roster = await rig.addRoster({ id: `gold-${at}`, removalGuard: { percent: 1, atLeast: 1 }, ...more })
  for (const id of MEMBERS) await rig.join(id, { roster: roster.id, email: addressOf(roster, id) })
  await rig.until(async () => expect(Object.values(await rig.statuses(roster.id))).toEqual(Array(4).fill('invited')))
  return roster
}

/** Two who left are back by somebody else's hand, and a stranger is in. */
async function holdReading(roster: Roster): Promise<string> {
  await rig.leave(['u-2', 'u-3'], { roster: roster.id })
  await rig.until(() => expect(group(roster)).toHaveLength(2))
  for (const id of ['u-2', 'u-3', 'stranger']) rig.emulator.addTester(roster.group.id, addressOf(roster, id))
  const { id } = await startReconciliation(rig.deps, { roster, dryRun: false })
  await rig.until(async () => expect(await getReconciliation(rig.deps, roster, id)).toMatchObject({ status: 'held' }))
  return id
}

const holdReclaim = async (roster: Roster) => {
  await plantIdle(rig.redis, roster.id, ['u-2', 'u-3'])
  return (await startReclaim(rig.deps, { roster, dryRun: false, members: ['u-2', 'u-3'] })).id
}

const holdList = async (roster: Roster) => {
  const list = listOf(['u-0', 'u-1'], (id) => addressOf(roster, id))
  return (await applySnapshot(rig.deps, { roster, ...list })).reconciliation?.id ?? ''
}

const PLANS = [
  ['a reading', { unmanagedTesters: 'remove' }, holdReading],
  ['a reclaim', { idle: IDLE_RULE }, holdReclaim],
  ['a list', {}, holdList],
] as const

const approve = (roster: Roster, id: string) => approveReconciliation(rig.deps, { roster, id, by: 'ann', reason: null })

/** What was put off for a minute, since it had ended its worker. */
const dueAgain = async (id: string) => {
  const [at] = await rig.store.lane('acme').schedule.dueAt([approvedTask(id)])
  if (typeof at === 'number') await rig.due(approvedTask(id))
}

describe.each(PLANS)('%s that was approved', (_what, settings, hold) => {
  it('is carried out to its end, and told as it was, whichever write the worker died before', async () => {
    for (let at = 0; ; at++) {
      const roster = await fill(at, settings)
      const id = await hold(roster)
      await approve(roster, id)
      await rig.due(approvedTask(id))
      const mails = rig.emulator.mails().length
      const died = await diesAt(rig.redis, at, ({ redis }) => rig.visitBy(redis))
      await rig.redis.del(laneKeys('acme').lease)
      // Whoever is recorded by then has gone before the plan is gone on with.
      await rig.until(async () => {
        const waiting = await rig.queueOf('acme').counts()
        expect({ at, ...waiting }).toMatchObject({ at, waiting: 0, prioritized: 0, delayed: 0 })
      })
      await dueAgain(id)
      await rig.until(() => expect(group(roster)).toEqual(['u-0', 'u-1'].map((one) => addressOf(roster, one))), 15_000)
      await rig.until(async () =>
        expect({ at, status: (await getReconciliation(rig.deps, roster, id)).status }).toEqual({ at, status: 'done' }),
      )
      for (const member of ['u-2', 'u-3']) {
        const timeline = await rig.store.members('acme', roster.id).timeline(member)
        const said = timeline.flatMap((entry) => (entry.k === 'note' ? [entry.d ?? ''] : []))
        const once = said.filter((text) => /by the approved plan|seat is taken back/.test(text))
        expect({ at, member, once: once.length }).toEqual({ at, member, once: hold === holdList ? 0 : 1 })
      }
      expect({ at, mails: rig.emulator.mails().length - mails }).toEqual({ at, mails: 0 })
      expect({ at, recovered: rig.recovered }).toEqual({ at, recovered: 0 })
      await deleteRoster(rig.deps, { id: roster.id, testers: 'keep' })
      await rig.redis.del(laneKeys('acme').removedShares)
      if (!died) {
        expect(at).toBeGreaterThan(3)
        break
      }
    }
  })

  it('waits while its roster is paused', async () => {
    const roster = await fill('paused', settings)
    const id = await hold(roster)
    await pauseRoster(rig.deps, roster.id)
    const before = rig.emulator.calls().length
    await approve(roster, id)
    await rig.due(approvedTask(id))
    for (let visits = 0; visits < 5; visits++) await rig.visit()
    expect(rig.emulator.calls().slice(before)).toEqual([])
    await resumeRoster(rig.deps, roster.id)
    // The plan that was shown, and not a reading that makes another one of it.
    const tasks = await rig.redis.zrange(laneKeys('acme').schedule, '0', '-1')
    expect(tasks.filter((task) => task.endsWith(id) && task !== approvedTask(id))).toEqual([])
    await rig.until(() => expect(group(roster)).toEqual(['u-0', 'u-1'].map((one) => addressOf(roster, one))))
  })
})
