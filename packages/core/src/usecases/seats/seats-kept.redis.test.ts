import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { NO_SEATS } from '../../domain/seats.ts'
import { createAppSeats } from '../../store/index.ts'
import { countWaiting } from './index.ts'

const APP = '1234'
let rig: LaneRig
/** The clock goes on faster than it is waited. */
let aheadMs = 0
const hostNow = Date.now.bind(Date)

beforeEach(async () => {
  vi.spyOn(Date, 'now').mockImplementation(() => hostNow() + aheadMs)
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
  vi.restoreAllMocks()
})

/** Of the emulator's app, and whether it is known beforehand, as Apple's 10,000 are, or learnt by a refusal. */
async function limit(seats: number, isKnown: boolean): Promise<void> {
  rig.emulator.settings({ seatsPerApp: seats })
  if (isKnown) {
    const known = { ...NO_SEATS, limit: seats, groupedLimit: seats }
    await createAppSeats(rig.redis, 'acme', APP).write(NO_SEATS, known)
  }
}

async function send(kind: 'join' | 'leave', roster: string, ...members: string[]): Promise<void> {
  await rig[kind](members, { roster })
  await turns()
}

/** Until nothing is left that could be done now. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await rig.visit()
}

/** As time goes by: whoever waits is looked at every 45 s. */
async function aMinuteLater(): Promise<void> {
  aheadMs += 59_000
  await turns()
}

const people = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}-${at}`)
async function inGroup(...rosters: string[]): Promise<number[]> {
  const found = await rig.store.rosters.findMany(rosters)
  return rosters.map((id) => rig.emulator.groupMembers(found.get(id)?.group.id ?? '').length)
}
const invitedOf = async (roster: string) =>
  Object.entries(await rig.statuses(roster)).flatMap(([id, status]) => (status === 'invited' ? [id] : []))
const statusOf = async (roster: string, member: string) => (await rig.statuses(roster))[member]

describe('who waits for a seat', () => {
  it('goes in by the priority of the roster, then by how long they wait', async () => {
    await rig.addRoster({ id: 'low' })
    await rig.addRoster({ id: 'high', seats: { reserve: 0, priority: 5 } })
    await limit(1, false)
    await send('join', 'low', 'in')
    await send('join', 'low', 'low-first')
    await send('join', 'high', 'high-first')
    await send('join', 'high', 'high-second')
    expect(await countWaiting(rig.store, 'acme', APP)).toBe(3)
    const order: string[] = []
    for (const seats of [2, 3, 4]) {
      rig.emulator.settings({ seatsPerApp: seats })
      await aMinuteLater()
      const all = { ...(await rig.statuses('low')), ...(await rig.statuses('high')) }
      order.push(...Object.keys(all).filter((id) => id !== 'in' && all[id] === 'invited' && !order.includes(id)))
    }
    expect(order).toEqual(['high-first', 'high-second', 'low-first'])
    expect(await countWaiting(rig.store, 'acme', APP)).toBe(0)
  })

  it('goes by a priority that was changed while they waited', async () => {
    await rig.addRoster({ id: 'gold' })
    await rig.addRoster({ id: 'silver' })
    await limit(1, false)
    await send('join', 'gold', 'in')
    await send('join', 'gold', 'first')
    await send('join', 'silver', 'second')
    await rig.store.rosters.update('silver', (roster) => ({ ...roster, seats: { reserve: 0, priority: 1 } }))
    await send('leave', 'gold', 'in')
    expect([await statusOf('silver', 'second'), await statusOf('gold', 'first')]).toEqual(['invited', 'waiting'])
  })

  it('is let in together once seats are there for many, and a full app is tried once a turn', async () => {
    await rig.addRoster({ id: 'gold' })
    await limit(1, false)
    await send('join', 'gold', 'in')
    await send('join', 'gold', ...people('p', 30))
    const creates = () =>
      rig.emulator.calls().filter(({ method, path }) => method === 'POST' && path === '/v1/betaTesters').length
    const before = creates()
    await aMinuteLater()
    expect(creates() - before).toBe(1)
    rig.emulator.settings({ seatsPerApp: 100 })
    await aMinuteLater()
    await rig.until(async () => expect(await inGroup('gold')).toEqual([31]), 20_000)
  })
})

describe.each([
  ['known', true],
  ['learnt by a refusal', false],
])('seats that are kept for a roster, of an app whose limit is %s', (_, isKnown) => {
  beforeEach(async () => {
    await rig.addRoster({ id: 'gold', seats: { reserve: 3, priority: 0 } })
    await rig.addRoster({ id: 'silver', seats: { reserve: 0, priority: 9 } })
    await limit(8, isKnown)
  })

  it('go to nobody of another, whoever storms', async () => {
    await send('join', 'silver', ...people('s', 20))
    if (isKnown) {
      expect(await inGroup('silver')).toEqual([5])
    } else {
      // Nothing was known of a limit; from then on, each seat that is free is gold's.
      expect(await inGroup('silver')).toEqual([8])
      await send('leave', 'silver', ...(await invitedOf('silver')).slice(0, 3))
    }
    await aMinuteLater()
    await aMinuteLater()
    expect(await inGroup('silver')).toEqual([5])
    await send('join', 'gold', 'g-0', 'g-1', 'g-2', 'g-3')
    expect(await inGroup('gold', 'silver')).toEqual([3, 5])
    expect(await countWaiting(rig.store, 'acme', APP)).toBeGreaterThan(1)
    // One of silver goes: silver's priority is the higher one, and nothing is kept any more.
    await send('leave', 'silver', ...(await invitedOf('silver')).slice(0, 1))
    await aMinuteLater()
    expect(await inGroup('gold', 'silver')).toEqual([3, 5])
  })

  it('stay kept when somebody of the roster leaves, and when others take seats by hand', async () => {
    await send('join', 'gold', 'g-0', 'g-1', 'g-2')
    await send('join', 'silver', ...people('s', 20))
    expect(await inGroup('gold', 'silver')).toEqual([3, 5])
    await send('leave', 'gold', 'g-0', 'g-1')
    await aMinuteLater()
    expect(await inGroup('gold', 'silver')).toEqual([1, 5])
    const other = rig.emulator.addGroup(APP, { name: 'By hand' })
    rig.emulator.addTester(other.id, 'hand@example.com')
    // One of silver's seats is free again, and gold can have one only of its two: it is gold's.
    await send('leave', 'silver', ...(await invitedOf('silver')).slice(0, 1))
    await aMinuteLater()
    expect(await inGroup('gold', 'silver')).toEqual([1, 4])
    await send('join', 'gold', 'g-3', 'g-4')
    expect(await inGroup('gold', 'silver')).toEqual([3, 4])
  })

  it('are given to others once less is kept', async () => {
    await send('join', 'gold', 'g-0', 'g-1', 'g-2')
    await send('join', 'silver', ...people('s', 20))
    await send('leave', 'gold', 'g-0', 'g-1', 'g-2')
    await aMinuteLater()
    expect(await inGroup('gold', 'silver')).toEqual([0, 5])
    await rig.store.rosters.update('gold', (roster) => ({ ...roster, seats: { reserve: 1, priority: 0 } }))
    await aMinuteLater()
    await aMinuteLater()
    expect(await inGroup('gold', 'silver')).toEqual([0, 7])
  })
})

it('costs one call for each new tester, and a few to count, where seats are kept', async () => {
  await rig.addRoster({ id: 'gold', seats: { reserve: 100, priority: 0 } })
  await rig.addRoster({ id: 'silver' })
  await send('join', 'silver', 'first')
  const before = rig.emulator.calls().length
  await send('join', 'silver', ...people('s', 60))
  expect(await inGroup('silver')).toEqual([61])
  expect(rig.emulator.calls().length - before).toBeLessThanOrEqual(62)
})
