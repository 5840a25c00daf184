import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createReconciliations, laneKeys } from '../../store/index.ts'
import { startReconciliation } from './start-reconciliation.ts'

const PAGE = 200
const MINUTES_MS = 180_000

let rig: LaneRig
let group: string

beforeEach(async () => {
  rig = await startLaneRig()
  rig.settings.quietAfterWriteMs = 1
  group = (await rig.addRoster({ id: 'gold' })).group.id
})
afterEach(async () => {
  expect(rig.emulator.violations()).toEqual([])
  await rig[Symbol.asyncDispose]()
})

const strangers = (count: number) => Array.from({ length: count }, (_, at) => `s-${at}@example.com`)

async function change(kind: 'join' | 'leave', member: string): Promise<void> {
  await rig[kind](member)
}

const shows = async (member: string, status: string) => expect((await rig.statuses())[member]).toBe(status)

async function begin(): Promise<string> {
  const roster = await rig.store.rosters.find('gold')
  if (!roster) throw new Error('There is no roster.')
  return (await startReconciliation(rig.deps, { roster, dryRun: false })).id
}

const recordOf = async (id: string) => {
  const record = await createReconciliations(rig.redis, 'acme').find(id)
  if (!record) throw new Error('There is no such record.')
  return record
}

const pageCalls = () =>
  rig.emulator
    .calls()
    .filter(({ method, path }) => method === 'GET' && path.endsWith(`/betaGroups/${group}/betaTesters`))
const isFirst = ({ query }: { query: Record<string, string> }) => !('cursor' in query) && query['limit'] === `${PAGE}`

const untilRead = (id: string, pages: number) =>
  rig.until(() => expect(pageCalls().length).toBeGreaterThanOrEqual(pages), MINUTES_MS).then(() => recordOf(id))

const pageAfter = (seen: number) =>
  eventually(() => expect(pageCalls().length).toBeGreaterThan(seen), { timeoutMs: MINUTES_MS, everyMs: 10 })

const untilOver = (id: string) =>
  rig.until(async () => {
    const record = await recordOf(id)
    expect(record.status).not.toBe('running')
    return record
  }, MINUTES_MS)

describe('the reading of a large group', () => {
  it('goes on page by page, over visits, events in between, our own writes and the end of a worker', async () => {
    for (const id of ['stays', 'leaves']) await change('join', id)
    await rig.until(() => shows('leaves', 'invited'))
    rig.emulator.addTesters(group, strangers(4_000))
    rig.emulator.resetLedgers()
    rig.emulator.settings({ latencyMs: 500 })
    const id = await begin()

    // An event that comes in the middle of a page has its turn after it. What it changes the pages show too early, or not any more.
    await untilRead(id, 3)
    const reading = rig.visit()
    await pageAfter(pageCalls().length)
    await change('join', 'joins')
    await change('leave', 'leaves')
    const before = pageCalls().length
    await reading
    expect(pageCalls().length - before).toBeLessThan(3)
    await rig.until(() => shows('leaves', 'removed'), MINUTES_MS)
    await shows('joins', 'invited')

    // Another worker has the lease: what this one still reads is not kept, and the next goes on where the kept pages end.
    const visit = rig.visit()
    await pageAfter(pageCalls().length)
    await rig.redis.set(laneKeys('acme').lease, 'another')
    await visit
    await rig.redis.del(laneKeys('acme').lease)
    rig.emulator.settings({ latencyMs: 50 })

    const over = await untilOver(id)
    expect([over.status, over.problem, over.unmanaged.length]).toEqual(['done', null, 4_000])
    expect(over.plan).toMatchObject({ add: 0, remove: 0 })
    expect(pageCalls().filter(isFirst)).toHaveLength(1)
    await shows('joins', 'invited')
    await shows('stays', 'invited')
  })

  it('goes on after a page that failed', async () => {
    rig.emulator.addTesters(group, strangers(1_000))
    const path = `/v1/betaGroups/${group}/betaTesters`
    rig.emulator.failNext({ match: { method: 'GET', path, nth: 3 }, kind: 'status', status: 503 })
    const id = await begin()
    await untilRead(id, 3)
    await rig.due(`requested:${id}`)
    expect((await untilOver(id)).unmanaged).toHaveLength(1_000)
    expect(pageCalls().filter(isFirst)).toHaveLength(1)
  })

  it('begins anew where a next link is refused', async () => {
    rig.emulator.addTesters(group, strangers(600))
    const path = `/v1/betaGroups/${group}/betaTesters`
    rig.emulator.failNext({ match: { method: 'GET', path, nth: 2 }, kind: 'status', status: 400 })
    const id = await begin()
    const over = await untilOver(id)
    expect([over.status, over.unmanaged.length, pageCalls().filter(isFirst).length]).toEqual(['done', 600, 2])
  })

  it('without totals reads twice, and believes two equal readings', async () => {
    rig.emulator.settings({ totals: false })
    rig.emulator.addTesters(group, strangers(450))
    const over = await untilOver(await begin())
    expect([over.status, over.unmanaged.length, pageCalls().filter(isFirst).length]).toEqual(['done', 450, 2])
  })

  it('stays incomplete where a row is missing, though we wrote meanwhile', async () => {
    rig.emulator.addTesters(group, strangers(1_000))
    const path = `/v1/betaGroups/${group}/betaTesters`
    rig.emulator.failNext({ match: { method: 'GET', path, nth: 2 }, kind: 'short-list' })
    rig.emulator.settings({ latencyMs: 100 })
    const id = await begin()
    await untilRead(id, 2)
    await change('join', 'joins')
    const over = await rig.until(async () => {
      await rig.due(`requested:${id}`)
      const record = await recordOf(id)
      expect(record.status).not.toBe('running')
      return record
    }, MINUTES_MS)
    expect([over.status, over.problem?.code]).toEqual(['failed', 'apple_answer_unreadable'])
  })
})
