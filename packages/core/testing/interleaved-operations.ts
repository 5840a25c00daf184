import fc from 'fast-check'
import type { MemberChange, Priority } from '../src/domain/change.ts'
import { formatEntry } from '../src/domain/timeline.ts'
import type { Fate } from './interleaver.ts'

export const LANES = ['acme', 'second']
export const ROSTERS = ['gold', 'silver']
const MEMBERS = ['ann', 'bob', 'cay']

/** What one process does next. */
export type Operation =
  | { do: 'join' | 'leave'; roster: string; member: string; priority: Priority }
  | { do: 'converge' | 'invitation' | 'retry'; roster: string; member: string }
  | { do: 'pause' | 'resume' | 'remake' | 'empty'; roster: string }
  | { do: 'move'; roster: string; to: string }
  | { do: 'group'; roster: string; isHidden: boolean }
  | { do: 'enqueue' | 'visit'; lane: string }
  | { do: 'erase'; member: string }
  | { do: 'seats'; count: number }

const roster = fc.constantFrom(...ROSTERS)
const member = fc.constantFrom(...MEMBERS)
const lane = fc.constantFrom('acme', 'acme', 'acme', 'second')
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('join' as const, 'join' as const, 'leave' as const),
      roster,
      member,
      priority: fc.constantFrom('interactive' as const, 'bulk' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('converge' as const, 'invitation' as const, 'retry' as const),
      roster,
      member,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), roster }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('remake' as const, 'empty' as const), roster }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), roster, to: fc.constantFrom(...LANES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('group' as const), roster, isHidden: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), member }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('seats' as const), count: fc.constantFrom(1, 2, Infinity) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('enqueue' as const), lane }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('visit' as const), lane }) },
)

/** What three processes do, one thing after the other each. */
export const interleaving = fc.record({
  processes: fc.array(fc.array(operation, { minLength: 2, maxLength: 6 }), { minLength: 2, maxLength: 3 }),
  choices: fc.infiniteStream(fc.nat({ max: 999 })),
})

/** As an event would be recorded. */
export function toChange({ do: kind, roster, member, priority }: Operation & { do: 'join' | 'leave' }): MemberChange {
  return {
    roster,
    member,
    kind,
    email: kind === 'join' ? `${member}@example.com` : null,
    firstName: null,
    lastName: null,
    time: undefined,
    priority,
    digest: undefined,
    timelineEntry: formatEntry({ t: 1, k: kind === 'join' ? 'joined' : 'left', o: 'event' }),
  }
}

/** Mostly nothing happens: a fault in every step would leave nobody to meet it half-way. */
export function toFate(choice: number): Fate {
  if (choice < 8) return 'kill'
  if (choice < 20) return 'lose'
  if (choice < 26) return 'twice'
  if (choice < 32) return 'stall'
  if (choice < 40) return 'forget'
  return 'go'
}

/** A worker that died, or heard no answer, can't know whether the invitation went out: once more at most for each of these. */
const DEATHS = 3

/** `mails`: group and person, or an invitation of somebody → how many were sent; `reasons`: the same by roster → how many there were to send one. */
export function tooManyMails(mails: ReadonlyMap<string, number>, reasons: ReadonlyMap<string, number>): string[] {
  const sent = new Map<string, number>()
  for (const [key, count] of mails) {
    const reason = key.replace(/^group-(\w+)-\d+/, '$1')
    sent.set(reason, (sent.get(reason) ?? 0) + count)
  }
  return [...sent].flatMap(([key, count]) => {
    const asked = reasons.get(key) ?? 0
    const most = key.startsWith('invitation') && asked > 0 ? asked + DEATHS : asked
    return count > most ? [`${key.replace('\0', ' ')}: ${count} mails for ${asked} reasons`] : []
  })
}
