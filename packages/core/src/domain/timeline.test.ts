import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MEMBER_STATUSES } from './member.ts'
import { formatEntry, parseEntry, parseTimeline, type TimelineEntry } from './timeline.ts'

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const text = fc.string({ unit: 'binary' })
const call = fc.constantFrom('GET /v1/betaTesters', 'DELETE /v1/apps/{id}/x', 'PATCH /v2/y', 'odd 5', '')
const answered = fc.oneof(
  fc.tuple(call, fc.nat(599)),
  fc.tuple(call, fc.nat(599), fc.oneof(fc.constant('STATE_ERROR'), text)),
)
const known = <const K extends string, const O extends string>(k: readonly K[], o: readonly O[]) =>
  fc.record({
    t: fc.nat(2 ** 41),
    k: fc.constantFrom(...k),
    o: fc.constantFrom(...o),
    e: optional(fc.string({ minLength: 1, unit: 'binary' })),
  })
const entry = fc.oneof(
  known(
    ['joined', 'updated', 'left', 'converge', 'invitation', 'retry'],
    ['event', 'api', 'snapshot', 'console', 'reconcile', 'apple', 'source', 'member', 'scim'],
  ),
  fc.record({
    t: fc.nat(2 ** 41),
    k: fc.constant('run' as const),
    c: fc.array(answered, { maxLength: 3 }),
    s: fc.constantFrom(...MEMBER_STATUSES),
    p: optional(fc.constant('apple_refused' as const)),
    d: optional(text),
  }),
  fc.record({ t: fc.nat(), k: fc.constant('note' as const), d: text }),
)

describe('an entry of a timeline', () => {
  it('is one line, and is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) => {
        const lines = entries.map(formatEntry)
        expect(lines.filter((line) => line.includes('\n'))).toEqual([])
        expect(parseTimeline(lines.join('\n'))).toEqual(entries)
      }),
    )
  })

  it('of a word that has no letter, or of no time that can be, is kept all the same', () => {
    const odd = { t: 1.5, k: 'joined', o: 'event' } as const
    expect(parseEntry(formatEntry(odd))).toEqual(odd)
    const newer = { t: 1, k: 'knighted', o: 'event' } as unknown as TimelineEntry
    expect(parseEntry(formatEntry(newer))).toEqual(newer)
  })

  it('takes little of Redis, where a million members have four each', () => {
    const id = 'member.joined-5c7e0a4e-6f0c-4a57-9d5e-2c9d3c1b7a10'
    const t = 1_795_617_186_501
    const life: TimelineEntry[] = [
      { t, k: 'run', c: [], s: 'installed' },
      { t, k: 'run', c: [], s: 'accepted' },
      { t, k: 'run', c: [['POST /v1/betaTesters', 201]], s: 'invited' },
      { t, k: 'joined', o: 'event', e: id },
    ]
    expect(life.map(formatEntry).join('\n').length).toBeLessThan(122)
  })

  it('is read as JSON, in which all were kept before, with calls in full as well', () => {
    const run: TimelineEntry = { t: 1, k: 'run', c: [['POST /v1/betaTesters', 201]], s: 'invited' }
    expect(parseTimeline(JSON.stringify(run))).toEqual([run])
    expect(parseEntry('{"t":1,"k":"run","c":[["P/betaTesters",201]],"s":"invited"}')).toEqual(run)
    expect(parseEntry('{"t":1,"k":"joined","o":"event","e":"evt-1"}')).toEqual({
      t: 1,
      k: 'joined',
      o: 'event',
      e: 'evt-1',
    })
    expect(parseTimeline(null)).toEqual([])
  })
})
