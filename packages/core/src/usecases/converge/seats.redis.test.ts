import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeTeamKey } from '@flightroster/core/testing'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createSchedule } from '../../store/index.ts'
import { deleteRoster, pauseRoster, resumeRoster } from '../rosters/index.ts'
import { moveRoster } from '../rosters/move-roster.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
  await rig.addRoster({ id: 'silver' })
  await rig.addRoster({ id: 'bronze' })
  rig.emulator.settings({ seatsPerApp: 1 })
  // One is in, one of gold waits before one of silver.
  await join('in', 'bronze')
  await shows('bronze', 'in', 'invited')
  await join('first', 'gold')
  await shows('gold', 'first', 'waiting')
  await join('second', 'silver')
  await shows('silver', 'second', 'waiting')
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const join = (member: string, roster: string) => rig.join(member, { roster })

const shows = (roster: string, member: string, status: string, lane = 'acme') =>
  rig.until(async () => expect((await rig.statuses(roster, lane))[member]).toBe(status))

async function freeOneSeat(): Promise<void> {
  rig.emulator.settings({ seatsPerApp: 2 })
  await rig.due('seats:1234')
}

describe('a seat that becomes free', () => {
  it('goes to the first in line', async () => {
    await freeOneSeat()
    await shows('gold', 'first', 'invited')
    expect((await rig.statuses('silver'))['second']).toBe('waiting')
  })

  it('is not held up by a member of a paused roster, who keeps the place', async () => {
    await pauseRoster(rig.deps, 'gold')
    await freeOneSeat()
    await shows('silver', 'second', 'invited')
    expect((await rig.statuses('gold'))['first']).toBe('waiting')
  })

  it('is not held up by one whose own turn fails for now, who keeps the place', async () => {
    const creates = { method: 'POST', path: '/v1/betaTesters' }
    const fault = rig.emulator.failNext({ match: creates, kind: 'status', status: 500 })
    const before = rig.passedMs()
    await freeOneSeat()
    await shows('silver', 'second', 'invited')
    expect(fault.hits).toBe(1)
    expect(rig.passedMs() - before).toBeLessThan(10_000)
    rig.emulator.settings({ seatsPerApp: 3 })
    await shows('gold', 'first', 'invited')
  })

  it('is not held up by one whom Apple refuses for a reason of its own', async () => {
    const creates = { method: 'POST', path: '/v1/betaTesters' }
    rig.emulator.failNext({ match: creates, kind: 'status', status: 409, code: 'ENTITY_ERROR.ATTRIBUTE.INVALID' })
    await freeOneSeat()
    await shows('silver', 'second', 'invited')
    expect(['failed', 'pending']).toContain((await rig.statuses('gold'))['first'])
  })

  it('goes to whoever waited in a roster that was paused, once it goes on', async () => {
    await pauseRoster(rig.deps, 'gold')
    await pauseRoster(rig.deps, 'silver')
    await freeOneSeat()
    await rig.visit()
    expect(await createSchedule(rig.redis, 'acme').dueAt(['seats:1234'])).not.toEqual([null])
    await resumeRoster(rig.deps, 'gold')
    await rig.due('seats:1234')
    await shows('gold', 'first', 'invited')
  })

  it('is not held up by a roster that was deleted', async () => {
    await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
    await freeOneSeat()
    await shows('silver', 'second', 'invited')
  })

  it('is not held up by a roster that has moved to another team key, whose members wait there', async () => {
    await rig.store.teamKeys.put(makeTeamKey({ id: 'other' }))
    const roster = await rig.store.rosters.find('gold')
    if (!roster) throw new Error('The roster is gone.')
    await moveRoster(rig.deps, roster, 'other')
    await shows('gold', 'first', 'waiting', 'other')
    await freeOneSeat()
    await shows('silver', 'second', 'invited')
    rig.emulator.settings({ seatsPerApp: 3 })
    await rig.due('seats:1234', 'other')
    await shows('gold', 'first', 'invited', 'other')
  })
})
