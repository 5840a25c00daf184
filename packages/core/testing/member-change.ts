import type { MemberChange } from '../src/domain/change.ts'
import { formatEntry } from '../src/domain/timeline.ts'

/** Somebody joins the roster `gold` at `now` (ms). */
export function memberChange(member: string, now: number, overrides: Partial<MemberChange> = {}): MemberChange {
  return {
    roster: 'gold',
    member,
    kind: 'join',
    email: `${member}@example.com`,
    firstName: 'Ann',
    lastName: null,
    time: undefined,
    priority: 'interactive',
    digest: undefined,
    timelineEntry: formatEntry({ t: now, k: 'joined', o: 'event' }),
    ...overrides,
  }
}
