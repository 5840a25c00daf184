import type { EventEntry, RunEntry, TimelineEntry } from '../../domain/timeline.ts'
import { ERROR_RULES } from '../../errors.ts'

/** One step of a member's story in a sentence. */
export interface TimelineItem {
  at: number
  kind: TimelineEntry['k']
  text: string
  calls?: { call: string; status: number | null; code: string | null }[]
}

/** The timeline of a member in words, in the order given. */
export function tellTimeline(entries: readonly TimelineEntry[]): TimelineItem[] {
  return entries.map((entry): TimelineItem => {
    switch (entry.k) {
      case 'run':
        return { at: entry.t, kind: entry.k, text: tellRun(entry), calls: entry.c.map(toCall) }
      case 'note':
        return { at: entry.t, kind: entry.k, text: entry.d }
      case 'joined':
      case 'updated':
      case 'left':
      case 'converge':
      case 'invitation':
      case 'retry':
      case 'protected':
      case 'unprotected':
      case 'restored':
        return { at: entry.t, kind: entry.k, text: tellEvent(entry) }
    }
  })
}

const toCall = ([call, status, code]: RunEntry['c'][number]) => ({
  call,
  status: status === 0 ? null : status,
  code: code ?? null,
})

const SAID: Record<EventEntry['k'], string> = {
  joined: 'The membership began',
  updated: 'The membership was updated',
  left: 'The membership ended',
  converge: 'Converging was asked for',
  invitation: "Apple's invitation was asked for again",
  retry: 'Another try was asked for',
  protected: 'Protected: no list, reconciliation or reclaim removes this person',
  unprotected: 'Protected no more',
  restored: 'Put back',
}

const CAME_BY: Record<EventEntry['o'], string> = {
  event: 'by an event',
  api: 'through the API',
  snapshot: 'by a snapshot of the whole roster',
  console: 'in the console',
  reconcile: 'by a reconciliation',
  apple: 'by what Apple reports',
  source: 'by a membership system',
  member: 'by the member, on their own page',
  scim: 'by the identity provider (SCIM)',
}

function tellEvent(entry: EventEntry): string {
  const name = entry.e === undefined ? '' : ` (event ${entry.e})`
  return `${SAID[entry.k]}, ${CAME_BY[entry.o]}${name}.`
}

function tellRun({ c, s, p, d }: RunEntry): string {
  const calls = c.map(([call, status, code]) => {
    const answer = status === 0 ? 'no answer' : String(status)
    return `${call} → ${answer}${code === undefined ? '' : ` ${code}`}`
  })
  // Who waits for something, for a roster that is paused say, would still need calls.
  const none = s === 'pending' || s === 'waiting' || s === 'failed' ? 'No call was made' : 'No call was needed'
  const asked = calls.length === 0 ? none : `Asked App Store Connect: ${calls.join('; ')}`
  const problem = p === undefined ? undefined : (ERROR_RULES[p]?.title ?? p)
  // The detail is often the title itself.
  const said = [...new Set([problem, d])].filter((sentence) => sentence !== undefined)
  return [`${asked}.`, `Now ${s.replaceAll('_', ' ')}.`, ...said].join(' ')
}
