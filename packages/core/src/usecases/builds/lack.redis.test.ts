import { expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { describeMembers } from '../members/index.ts'
import { readLack } from './warnings-of.ts'

const memberOf = (rig: LaneRig, id: string) => rig.store.members('acme', 'gold').find(id)

it('says why somebody is not invited the first time that it says so, by what is known of the builds of the group', async () => {
  await using rig = await startLaneRig()
  const roster = await rig.addRoster()
  for (const build of rig.emulator.builds()) rig.emulator.expireBuild(build.id)
  const held = rig.emulator.addBuild(roster.app.id, { groups: [roster.group.id], autoNotify: false })
  await rig.due('builds:1234')
  await rig.visit()
  await rig.join('ann')
  await rig.visit()
  expect(await memberOf(rig, 'ann')).toMatchObject({
    status: 'not_invited',
    observed: { problem: { code: 'build_not_released' } },
  })
  expect(rig.emulator.mails()).toEqual([])
  rig.emulator.releaseBuild(held.id)
  expect(rig.emulator.mails()).toMatchObject([{ email: 'ann@example.com', kind: 'build' }])
})

it('says nothing of a build that the group got a moment ago, and of a member what is known of the builds by now', async () => {
  await using rig = await startLaneRig()
  const roster = await rig.addRoster({ builds: 'automatic' })
  for (const build of rig.emulator.builds()) rig.emulator.expireBuild(build.id)
  await rig.due('builds:1234')
  await rig.visit()
  await rig.join('ann')
  await rig.visit()
  const problemOfAnn = async () => {
    const record = await memberOf(rig, 'ann')
    const [described] = await describeMembers(rig.deps, roster, record ? [record] : [])
    return [described?.status, described?.problem?.code]
  }
  expect(await problemOfAnn()).toEqual(['not_invited', 'build_missing'])
  // Apple shows an approved build as held until a group has it.
  rig.emulator.addBuild(roster.app.id, {})
  await rig.due('builds:1234')
  await rig.visit()
  expect(await readLack(rig.store, roster)).toBe(null)
  expect(await problemOfAnn()).toEqual(['not_invited', undefined])
  for (const build of rig.emulator.builds()) rig.emulator.expireBuild(build.id)
  rig.emulator.addBuild(roster.app.id, { groups: [roster.group.id], autoNotify: false })
  await rig.due('builds:1234')
  await rig.visit()
  expect(await problemOfAnn()).toEqual(['not_invited', 'build_not_released'])
})
