import { expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { acceptEvents } from '../intake/index.ts'

async function join(rig: LaneRig, member: string): Promise<void> {
  const person = { email: `${member}@example.com`, firstName: null, lastName: null }
  await acceptEvents(rig.deps, [
    { id: undefined, source: '', roster: 'gold', member, kind: 'join', time: undefined, origin: 'event', ...person },
  ])
}
const memberOf = (rig: LaneRig, id: string) => rig.store.members('acme', 'gold').find(id)

it('says why somebody is not invited the first time that it says so, by what is known of the builds of the group', async () => {
  await using rig = await startLaneRig()
  const roster = await rig.addRoster()
  for (const build of rig.emulator.builds()) rig.emulator.expireBuild(build.id)
  const held = rig.emulator.addBuild(roster.app.id, { groups: [roster.group.id], autoNotify: false })
  await rig.due('builds:1234')
  await rig.visit()
  await join(rig, 'ann')
  await rig.visit()
  expect(await memberOf(rig, 'ann')).toMatchObject({
    status: 'not_invited',
    observed: { problem: { code: 'build_not_released' } },
  })
  expect(rig.emulator.mails()).toEqual([])
  rig.emulator.releaseBuild(held.id)
  expect(rig.emulator.mails()).toMatchObject([{ email: 'ann@example.com', kind: 'build' }])
})
