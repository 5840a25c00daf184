import { describe, expect, it } from 'vitest'
import { formatEntry, parseTimeline, type TimelineEntry } from './timeline.ts'

describe('an entry of a timeline', () => {
  it('is read as it was written, and keeps its calls short', () => {
    const entries: TimelineEntry[] = [
      {
        t: 2,
        k: 'run',
        c: [
          ['GET /v1/betaTesters', 200],
          ['DELETE /v1/apps/{id}/x', 409, 'STATE_ERROR'],
          ['odd', 0],
        ],
        s: 'invited',
      },
      { t: 1, k: 'joined', o: 'event', e: 'evt-1' },
      { t: 0, k: 'note', d: 'Seen.' },
    ]
    const lines = entries.map(formatEntry).join('\n')
    expect(lines).toContain('"G/betaTesters"')
    expect(parseTimeline(lines)).toEqual(entries)
  })

  it('is read where its calls were kept in full', () => {
    const entry: TimelineEntry = { t: 1, k: 'run', c: [['POST /v1/betaTesters', 201]], s: 'invited' }
    expect(parseTimeline(JSON.stringify(entry))).toEqual([entry])
    expect(parseTimeline(null)).toEqual([])
  })
})
