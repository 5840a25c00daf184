import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf } from '../../../testing/plans.ts'
import { applySnapshot } from './apply-snapshot.ts'

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
