import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf } from '../../../testing/plans.ts'
import { laneKeys, globalKeys } from '../../store/keys.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { approveReconciliation } from './decide.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

it('an event after a list decides, though the process that took the list has a clock that is ahead', async () => {
  const roster = await rig.addRoster()
  const { clock } = rig.deps
  const ahead = { ...clock, now: () => clock.now() + 60_000 }
  await applySnapshot(
    { ...rig.deps, clock: ahead },
    {
      roster,
      ...listOf(['u-1']),
    },
  )
  await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toEqual(['u-1@example.com']))
  expect(await rig.leave('u-1')).toMatchObject([{ status: 'accepted' }])
  await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toEqual([]))
})

it('an event after an approval decides, though the process that made the plan anew has a clock that is ahead', async () => {
  const roster = await rig.addRoster({ removalGuard: { percent: 1, atLeast: 1 } })
  const { clock } = rig.deps
  const ahead = { ...rig.deps, clock: { ...clock, now: () => clock.now() + 60_000 } }
  await rig.join(['u-1', 'u-2', 'u-3'])
  await applySnapshot(rig.deps, { roster, ...listOf(['u-1']) })
  await rig.leave('u-3')
  const approve = async () => {
    const [held] = await rig.store.lane('acme').reconciliations.listHeld('gold')
    return approveReconciliation(ahead, { roster, id: held?.id ?? '', by: 'ann', reason: null })
  }
  await expect(approve()).rejects.toMatchObject({ code: 'plan_changed' })
  await approve()
  expect(await rig.join('u-2')).toMatchObject([{ status: 'accepted' }])
  await rig.until(() =>
    expect(rig.emulator.groupMembers(roster.group.id).sort()).toEqual(['u-1@example.com', 'u-2@example.com']),
  )
})

it('a list is as of the time of the server that has its lane: in a cluster, another may be ahead', async () => {
  const roster = await rig.addRoster()
  const asked: string[] = []
  const monitor = await rig.redis.duplicate().monitor()
  monitor.on('monitor', (_at: string, [name = '', , , key = '']: string[]) => {
    if (name.toLowerCase().startsWith('eval')) asked.push(key)
  })
  await applySnapshot(rig.deps, { roster, ...listOf(['u-1']) })
  await rig.until(() => expect(asked).toContain(laneKeys('acme').lane))
  monitor.disconnect()
  expect(asked).not.toContain(globalKeys.salt)
})
