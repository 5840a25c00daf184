import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { NO_JOB, eventually } from '@flightroster/core/testing'
import { timePasses } from '../../testing/time-passes.ts'
import { createLaneQueue } from './lane-queue.ts'

const now = Date.now.bind(Date)
/** Longer than anybody waits here: a job that sleeps by a wrong clock is not found. */
const HOUR = 3_600_000

const { redis } = await withRedis()
const queue = createLaneQueue(
  redis,
  { prefix: 'fr:{acme}', name: 'lane-acme' },
  { lockMs: 15_000, maxStalls: 3, clock: { now } },
)
beforeEach(async () => {
  await queue.enqueue([{ roster: 'gold', ref: 'ref', priority: 'interactive', place: NO_JOB }])
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => queue.close())

/** The clock of the process that does this is so far ahead; that of the store is right. */
async function ahead<T>(ms: number, work: () => Promise<T>): Promise<T> {
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ms)
  try {
    return await work()
  } finally {
    vi.restoreAllMocks()
  }
}
const fetchOne = async () => (await queue.fetch(1, 'token'))[0]

describe('a job that sleeps', () => {
  it.each([HOUR, -HOUR, 0])('wakes when it is due, whoever let it sleep (%i ms ahead)', async (ms) => {
    const job = await fetchOne()
    const at = now() + 4_000
    await ahead(ms, async () => job?.later(at))
    expect(Math.abs(((await queue.nextDelayedAt()) ?? 0) - at)).toBeLessThan(10)
    expect(await fetchOne()).toBeUndefined()
    await eventually(async () => expect(await fetchOne()).toBeDefined())
    expect(now()).toBeGreaterThanOrEqual(at - 10)
  })

  it.each([HOUR, -HOUR])('wakes when it is due, whoever wakes it (%i ms ahead)', async (ms) => {
    const job = await fetchOne()
    const at = now() + 4_000
    await job?.later(at)
    expect(await ahead(ms, fetchOne)).toBeUndefined()
    await eventually(async () => expect(await ahead(ms, fetchOne)).toBeDefined())
    expect(now()).toBeGreaterThanOrEqual(at - 10)
  })

  it('is due by its last failure, not by when it was made', async () => {
    await timePasses(3_000)
    const begun = now()
    const job = await fetchOne()
    await ahead(30_000, async () => job?.retry(new Error('Apple is out of order.')))
    const at = await queue.nextDelayedAt()
    expect(at).toBeGreaterThanOrEqual(begun + 1_000)
    // The longest wait after a first failure, and up to a full step.
    expect(at).toBeLessThanOrEqual(now() + 6_000)
  })
})
