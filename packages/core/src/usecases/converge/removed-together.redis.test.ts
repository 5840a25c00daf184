import { afterEach, beforeEach, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

const REMOVAL = { method: 'DELETE', path: '/v1/betaGroups/{id}/relationships/betaTesters' }
const isRemoval = ({ method, path }: { method: string; path: string }) =>
  method === 'DELETE' && path.includes('betaGroups')

it.each([2, 40])(
  '%i who leave within a minute of entering, and whose removal Apple took without an answer, are asked about a few times',
  async (count) => {
    const roster = await rig.addRoster()
    const people = Array.from({ length: count }, (_, at) => `u-${at}`)
    await rig.join(people)
    await rig.until(async () => expect(Object.values(await rig.statuses())).toEqual(Array(count).fill('invited')))
    rig.emulator.failNext({ kind: 'drop', when: 'after', match: REMOVAL })
    const before = rig.emulator.calls().length
    await rig.leave(people)
    await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toEqual([]))
    await rig.until(async () => expect(Object.values(await rig.statuses())).toEqual(Array(count).fill('removed')))
    const calls = rig.emulator.calls().slice(before)
    // One that was lost, one that was refused; what no read may hide any more is read in the end.
    expect(calls.filter(isRemoval).length).toBeLessThanOrEqual(3)
    expect(calls.length).toBeLessThanOrEqual(40)
  },
)
