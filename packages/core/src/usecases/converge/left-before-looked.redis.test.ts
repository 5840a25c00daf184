import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { deleteRoster } from '../rosters/index.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(() => rig[Symbol.asyncDispose]())

it('who was in the group by hand, and is joined and left before anybody looked, is out before it is said so', async () => {
  const { group } = await rig.addRoster()
  rig.emulator.addTester(group.id, 'u-1@example.com')
  await rig.join('u-1')
  await rig.leave('u-1')
  await rig.until(async () => expect(await rig.statuses()).toEqual({ 'u-1': 'removed' }))
  expect(rig.emulator.groupMembers(group.id)).toEqual([])
})

it('a deletion with its testers leaves none of them behind', async () => {
  const { group } = await rig.addRoster()
  rig.emulator.addTester(group.id, 'u-1@example.com')
  await rig.join('u-1')
  await rig.leave('u-1')
  await deleteRoster(rig.deps, { id: 'gold', testers: 'remove' })
  await rig.until(async () => expect(await rig.store.rosters.find('gold')).toBeUndefined())
  expect(rig.emulator.groupMembers(group.id)).toEqual([])
})

it('hundreds of them cost a few reads, and nobody who is not in the group is taken out of the app', async () => {
  const { group } = await rig.addRoster({ removal: 'app' })
  await rig.addRoster({ id: 'silver' })
  const other = rig.emulator.addGroup('1234', { name: 'By hand' })
  rig.emulator.addTester(other.id, 'p-1@example.com')
  // Known to the app, by another roster.
  await rig.join('p-1', { roster: 'silver', id: 'known' })
  await rig.until(async () => expect(await rig.statuses('silver')).toEqual({ 'p-1': 'invited' }))
  await rig.leave('p-1', { roster: 'silver', id: 'known-left' })
  await rig.until(async () => expect(await rig.statuses('silver')).toEqual({ 'p-1': 'removed' }))
  const people = Array.from({ length: 200 }, (_, at) => `p-${at}`)
  const before = rig.emulator.calls().length
  await rig.join(people)
  await rig.leave(people)
  await rig.until(async () => {
    const statuses = Object.values(await rig.statuses())
    expect([statuses.length, ...new Set(statuses)]).toEqual([200, 'removed'])
  })
  expect(rig.emulator.groupMembers(other.id)).toEqual(['p-1@example.com'])
  expect(rig.emulator.groupMembers(group.id)).toEqual([])
  const calls = rig.emulator.calls().slice(before)
  expect(calls.filter(({ method }) => method === 'DELETE')).toEqual([])
  expect(calls.length).toBeLessThan(20)
})
