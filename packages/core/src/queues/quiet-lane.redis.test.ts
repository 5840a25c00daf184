import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeEvent } from '../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../testing/lane-rig.ts'
import { memoryOf, sum } from '../../testing/memory-of.ts'
import { acceptEvents } from '../usecases/intake/index.ts'

const MEMBERS = 250
const LIMIT = 20_000

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster({ id: 'gold' })
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

describe('a lane that has nothing to do', () => {
  it('takes less than 20 kB, whatever it did before, beside its members', async () => {
    await acceptEvents(
      rig.deps,
      Array.from({ length: MEMBERS }, (_, at) => makeEvent('join', `u-${at}`, { id: `e-${at}` })),
    )
    await rig.until(async () => {
      const statuses = Object.values(await rig.statuses())
      expect(statuses.filter((status) => status === 'invited')).toHaveLength(MEMBERS)
    })
    const sizes = await memoryOf(rig.redis, 'fr:{acme}:')
    // Members, and marks of their events, grow with them; their own tests measure them.
    const lane = [...sizes].filter(([key]) => !/:(roster:gold|testers|marks|facts)/.test(key))
    expect(sum(lane.map(([, size]) => size)), JSON.stringify(lane)).toBeLessThan(LIMIT)
  })
})
