import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { laneKeys } from '../../store/index.ts'
import { getReconciliation } from './get-reconciliation.ts'
import { startReconciliation } from './start-reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'

const PEOPLE = 600
const ids = Array.from({ length: PEOPLE }, (_, at) => `u-${at}`)

let rig: LaneRig
let gold: Roster

beforeEach(async () => {
  rig = await startLaneRig()
  rig.settings.quietAfterWriteMs = 0
  gold = await rig.addRoster()
  rig.emulator.addTesters(
    gold.group.id,
    ids.map((id) => ({ email: `${id}@example.com`, state: 'INSTALLED' })),
  )
  await rig.join(ids)
  await rig.until(async () => expect(new Set(Object.values(await rig.statuses()))).toEqual(new Set(['installed'])))
})
afterEach(() => rig[Symbol.asyncDispose]())

async function read(): Promise<void> {
  const { id } = await startReconciliation(rig.deps, { roster: gold, dryRun: false })
  await rig.until(async () => expect((await getReconciliation(rig.deps, gold, id)).status).toBe('done'))
}

/** How often Redis carries out each command meanwhile. */
async function commandsOf(work: () => Promise<void>): Promise<Map<string, number>> {
  await rig.redis.config('RESETSTAT')
  await work()
  const stats = await rig.redis.info('commandstats')
  return new Map([...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, name = '', calls]) => [name, Number(calls)]))
}

it('a reading asks Redis for testers together, not one by one', async () => {
  // Readings of usage ask for testers as well.
  rig.settings.testerUsage = false
  const commands = await commandsOf(read)
  expect(commands.get('hget') ?? 0).toBeLessThan(PEOPLE / 4)
  // Their ids lie in 256 parts.
  expect(commands.get('hmget') ?? 0).toBeLessThan(256 + PEOPLE / 4)
})

it('a reading that shows what the one before showed writes nothing of its testers', async () => {
  await read()
  const key = laneKeys('acme').roster('gold').sightings
  // The same in other words: whoever writes it again brings back the usual ones.
  const spaced = Object.entries(await rig.redis.hgetall(key)).map(([id, text]) => [id, ` ${text}`] as const)
  expect(spaced).toHaveLength(PEOPLE)
  await rig.redis.hset(key, ...spaced.flat())
  await read()
  const after = await rig.redis.hgetall(key)
  expect(spaced.filter(([id, text]) => after[id] !== text)).toEqual([])
})

it('a reading that one visit goes through asks the store for none of its own rows', async () => {
  const { readingRows } = laneKeys('acme').roster('gold')
  const spies = [vi.spyOn(rig.redis, 'hmget'), vi.spyOn(rig.redis, 'hscan')]
  await read()
  expect(spies.every((spy) => spy.mock.calls.length > 0)).toBe(true)
  expect(spies.flatMap((spy) => spy.mock.calls.filter(([key]) => key === readingRows))).toEqual([])
})
