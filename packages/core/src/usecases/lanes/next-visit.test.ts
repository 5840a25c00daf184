import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextVisit, type Leftover } from './next-visit.ts'

const NOW = 1_000_000
const nothing: Leftover = {
  now: NOW,
  did: true,
  served: true,
  restUntil: null,
  refusedUntil: { events: 0, bulk: 0 },
  recorded: 0,
  events: 0,
  bulk: 0,
  delayedAt: null,
  scheduledAt: null,
  askedAt: null,
}
const idle = { ...nothing, did: false, served: false }

describe('when a lane is visited next', () => {
  it.each<[string, Partial<Leftover>, { inMs: number | null; holdMs?: number }]>([
    ['only when it is rung, where nothing is left', {}, { inMs: null }],
    ['at once, where a change was recorded at the end', { recorded: 1 }, { inMs: 0 }],
    ['at once, where jobs wait', { events: 3 }, { inMs: 0 }],
    ['when its next task is due', { scheduledAt: NOW + 5_000, delayedAt: NOW + 9_000 }, { inMs: 5_000 }],
    ['when its next sleeping job is due', { scheduledAt: NOW + 9_000, delayedAt: NOW + 5_000 }, { inMs: 5_000 }],
    [
      'when lists have their share again, where only bulk work waits, and at a ring before',
      { bulk: 500, refusedUntil: { events: 0, bulk: NOW + 60_000 } },
      { inMs: 60_000, holdMs: 0 },
    ],
    [
      'at once for an event, though lists have used their share',
      { bulk: 500, events: 1, refusedUntil: { events: 0, bulk: NOW + 60_000 } },
      { inMs: 0 },
    ],
    [
      'when the budget has something for events, which bulk work waits for as well, and not at each ring before',
      { bulk: 500, events: 1, recorded: 5, refusedUntil: { events: NOW + 7_500, bulk: 0 } },
      { inMs: 7_500, holdMs: 1_000 },
    ],
    [
      'not for a retry that the budget has nothing for',
      { delayedAt: NOW - 1, refusedUntil: { events: NOW + 7_500, bulk: NOW + 7_500 } },
      { inMs: 7_500 },
    ],
    [
      'for a task, though the budget has nothing for the jobs: it may need no call',
      { events: 1, scheduledAt: NOW + 500, refusedUntil: { events: NOW + 7_500, bulk: 0 } },
      { inMs: 500 },
    ],
    [
      'at the end of its rest, whatever waits',
      { events: 9, recorded: 9, scheduledAt: NOW, restUntil: NOW + 180_000 },
      { inMs: 180_000, holdMs: 1_000 },
    ],
  ])('%s', (_case, left, expected) => {
    expect(nextVisit({ ...nothing, ...left })).toMatchObject({ idle: null, ...expected })
  })

  it('is a little later than the next ring, and for work that is left, where nobody was served', () => {
    expect(nextVisit({ ...nothing, served: false })).toEqual({ inMs: null, holdMs: 250, idle: null })
    for (const left of [{ recorded: 1 }, { events: 1 }, { bulk: 1 }]) {
      expect(nextVisit({ ...nothing, served: false, ...left })).toEqual({ inMs: 250, holdMs: 250, idle: null })
      expect(nextVisit({ ...nothing, ...left })).toEqual({ inMs: 0, holdMs: 0, idle: null })
    }
    expect(nextVisit(nothing)).toEqual({ inMs: null, holdMs: 0, idle: null })
  })

  it('names the reason of a visit that did nothing', () => {
    expect(nextVisit(idle).idle).toBe('nothing')
    expect(nextVisit({ ...idle, restUntil: NOW + 1 }).idle).toBe('resting')
    expect(nextVisit({ ...idle, bulk: 1, refusedUntil: { events: 0, bulk: NOW + 1 } }).idle).toBe('budget')
  })

  it('is never at once after a visit that did nothing, whatever it left and for whatever reason', () => {
    const time = fc.integer({ min: NOW - 100_000, max: NOW + 100_000 })
    const count = fc.nat(3)
    const leftover = fc.record<Leftover>({
      now: fc.constant(NOW),
      did: fc.constant(false),
      served: fc.constant(false),
      restUntil: fc.option(time),
      refusedUntil: fc.record({ events: time, bulk: time }),
      recorded: count,
      events: count,
      bulk: count,
      delayedAt: fc.option(time),
      scheduledAt: fc.option(time),
      askedAt: fc.option(time),
    })
    fc.assert(
      fc.property(leftover, (left) => {
        const { inMs, holdMs } = nextVisit(left)
        expect(inMs ?? Infinity).toBeGreaterThanOrEqual(250)
        expect(holdMs).toBeGreaterThanOrEqual(250)
      }),
    )
  })
})
