import { describe, expect, it } from 'vitest'
import { createSettableClock } from '../../../testing/clock.ts'
import { createLog } from '../../log.ts'
import type { LaneCounts, LaneJob } from '../../queues/index.ts'
import type { OutboxEntry } from '../../store/index.ts'
import { NO_TRACING } from '../../tracing.ts'
import { runRound } from './round.ts'
import { VISIT } from '../visit/visit-settings.ts'
import type { Visit } from '../visit/visit.ts'

const NOW = Date.parse('2026-11-24T10:00:00Z')
const NOTHING: LaneCounts = { waiting: 0, prioritized: 0, delayed: 0, active: 0, failed: 0 }

interface Lane {
  counts?: Partial<LaneCounts>
  /** When the first sleeping job is due (ms). */
  delayedAt?: number
  /** Changes without a job; `busy`: another process makes jobs just now. */
  recorded?: number | 'busy'
  /** So many were seen as the lane was opened, and its jobs counted. */
  seen?: number
  /** Calls that the budget gives. */
  granted?: number
  /** What is fetched: jobs of rosters that are no more. */
  jobs?: LaneJob[]
  outage?: number
}

/** A visit in memory: what a round asks of its lane, and what it leaves. */
function makeVisit({ counts, delayedAt, recorded = 0, seen, granted = 100, jobs = [], outage = 0 }: Lane) {
  const asked = { counted: 0, taken: 0, added: 0, reserved: [] as number[], fetched: 0, dropped: [] as string[] }
  const clock = createSettableClock(NOW)
  const left = [...jobs]
  const changes = (count: number, from: OutboxEntry['from']): OutboxEntry[] =>
    Array.from({ length: count }, (_, at) => ({ roster: 'gold', member: `m${at}`, from, arrival: '1' }))
  const entries = recorded === 'busy' ? 'busy' : changes(recorded, 'bulk')
  const visit = {
    teamKey: 'acme',
    lease: { token: 'lease', isHeld: () => true },
    gate: {
      async reserve(wanted: number) {
        asked.reserved.push(wanted)
        return { available: Math.min(wanted, granted), nextAt: granted > 0 ? 0 : NOW + 60_000 }
      },
    },
    memory: { outage, parallel: 1, waits: null },
    outage: null,
    recorded: seen === undefined ? null : changes(seen, 'interactive'),
    counts: seen === undefined ? null : { ...NOTHING, ...counts },
    held: new Set(),
    stopped: null,
    begunAt: clock.monotonic(),
    did: 0,
    refusedUntil: { events: 0, bulk: 0 },
    bulkOnly: false,
    deps: {
      clock,
      log: createLog({ level: 'silent', name: 'test' }),
      settings: VISIT,
      tracing: NO_TRACING,
      apple: { session: () => ({}) },
      draining: () => false,
      toRef: (_roster: string, member: string) => member,
      store: { lane: () => ({}), rosters: { findMany: async () => new Map() } },
      lane: {
        async takeOutbox() {
          asked.taken++
          return entries
        },
        openPlaces: async (items: unknown[]) => items.map(() => ({ state: 'none' })),
        dropFromOutbox: async () => ({ left: 0, leased: true }),
        readWork: async (refs: string[]) => refs.map(() => null),
        dropWork: async (refs: string[]) => void asked.dropped.push(...refs),
      },
      queue: {
        enqueue: async () => new Set(),
        add: async (work: unknown[]) => void (asked.added += work.length),
        async counts() {
          asked.counted++
          return { ...NOTHING, ...counts }
        },
        nextDelayedAt: async () => delayedAt ?? null,
        async fetch(limit: number) {
          asked.fetched += limit
          return left.splice(0, limit)
        },
      },
    },
  } as unknown as Visit
  return { visit, asked }
}

function makeJob(ref: string, ended: string[]): LaneJob {
  return { ref, roster: 'gone', stalls: 0, complete: async () => void ended.push(ref) } as unknown as LaneJob
}

describe('a round', () => {
  it('is the last one where nothing waits, and asks the budget for nothing', async () => {
    const { visit, asked } = makeVisit({})
    expect(await runRound(visit)).toBe(false)
    expect([asked.reserved, asked.fetched, visit.did]).toEqual([[], 0, 0])
  })

  it('is followed by another where jobs were made, and counts anew then', async () => {
    const { visit, asked } = makeVisit({ recorded: 3 })
    expect(await runRound(visit)).toBe(true)
    expect(await runRound(visit)).toBe(true)
    expect([asked.counted, visit.did]).toEqual([2, 6])
  })

  it('looks at nothing again that was seen as the lane was opened', async () => {
    const { visit, asked } = makeVisit({ seen: 3 })
    expect(await runRound(visit)).toBe(true)
    expect(asked).toMatchObject({ taken: 0, counted: 0, added: 3, reserved: [3], fetched: 3 })
    // From then on all is looked at anew.
    expect(await runRound(visit)).toBe(false)
    expect(asked).toMatchObject({ taken: 1, counted: 1 })
  })

  it('adds jobs before it knows who has one only where the lane has none', async () => {
    const { visit, asked } = makeVisit({ seen: 3, counts: { waiting: 2 } })
    await runRound(visit)
    expect(asked).toMatchObject({ added: 0, counted: 0, reserved: [5] })
  })

  it('counts once while nothing changes, and anew while another process makes jobs', async () => {
    const quiet = makeVisit({})
    const busy = makeVisit({ recorded: 'busy' })
    for (const { visit } of [quiet, quiet, busy, busy]) await runRound(visit)
    expect([quiet.asked.counted, busy.asked.counted]).toEqual([1, 2])
  })

  it('takes bulk work only once no event waits, and a sleeping job that is due for an event', async () => {
    const isBulk = async (lane: Lane) => {
      const { visit } = makeVisit(lane)
      await runRound(visit)
      return visit.bulkOnly
    }
    expect(await isBulk({ counts: { prioritized: 5 } })).toBe(true)
    expect(await isBulk({ counts: { prioritized: 5, waiting: 1 } })).toBe(false)
    expect(await isBulk({ counts: { prioritized: 5, delayed: 1 }, delayedAt: NOW })).toBe(false)
    expect(await isBulk({ counts: { prioritized: 5, delayed: 1 }, delayedAt: NOW + 1 })).toBe(true)
  })

  it('reserves a call for each job, a batch at most, and one alone while Apple may be out of order', async () => {
    const reserved = async (lane: Lane) => {
      const { visit, asked } = makeVisit(lane)
      await runRound(visit)
      return asked.reserved
    }
    expect(await reserved({ counts: { waiting: 7 } })).toEqual([7])
    expect(await reserved({ counts: { waiting: 7_000 } })).toEqual([VISIT.batch])
    expect(await reserved({ counts: { waiting: 7 }, outage: 2 })).toEqual([1])
  })

  it('touches no job where the budget gives nothing, and notes until when, for the class that was refused', async () => {
    const events = makeVisit({ counts: { waiting: 7, prioritized: 2 }, granted: 0 })
    const bulk = makeVisit({ counts: { prioritized: 2 }, granted: 0 })
    for (const { visit, asked } of [events, bulk]) {
      expect(await runRound(visit)).toBe(false)
      expect(asked.fetched).toBe(0)
    }
    expect(events.visit.refusedUntil).toEqual({ events: NOW + 60_000, bulk: 0 })
    expect(bulk.visit.refusedUntil).toEqual({ events: 0, bulk: NOW + 60_000 })
  })

  it('fetches no more than the budget gives', async () => {
    const ended: string[] = []
    const jobs = ['a', 'b', 'c', 'd'].map((ref) => makeJob(ref, ended))
    const { visit } = makeVisit({ counts: { waiting: 4 }, granted: 3, jobs })
    expect(await runRound(visit)).toBe(true)
    expect(ended).toEqual(['a', 'b', 'c'])
  })

  it('ends the jobs of a roster that is no more, forgets their work, and holds none of them after it', async () => {
    const ended: string[] = []
    const { visit, asked } = makeVisit({ counts: { waiting: 1 }, jobs: [makeJob('a', ended)] })
    expect(await runRound(visit)).toBe(true)
    expect([ended, asked.dropped, visit.did, visit.held.size]).toEqual([['a'], ['a'], 1, 0])
  })

  it('holds no job after a fault', async () => {
    const { visit } = makeVisit({ counts: { waiting: 1 }, jobs: [makeJob('a', [])] })
    visit.deps.lane.readWork = () => Promise.reject(new Error('The store is away.'))
    await expect(runRound(visit)).rejects.toThrow('The store is away.')
    expect(visit.held.size).toBe(0)
  })
})
