import type { Emulator } from '@flightroster/emulator'
import { expect } from 'vitest'
import type { Api, Member } from './api.ts'

export interface MembershipEvent {
  specversion: '1.0'
  id: string
  source: string
  type: 'member.joined' | 'member.updated' | 'member.left'
  time: string
  data: { roster: string; member: { id: string; email?: string } }
}

/** What was accepted, kept outside the product: the oracle of every end state. */
export interface Ledger {
  joins(count: number, prefix: string): MembershipEvent[]
  /** Join, a change of the address and a leave in several mixes, each member with a life of its own. */
  lives(count: number): MembershipEvent[]
  shuffle<T>(items: T[]): T[]
  /** Posts a batch and notes what was accepted; what a busy store did not answer in time is sent again. */
  post(api: Api, events: MembershipEvent[]): Promise<void>
  /** The same, sent once: throws when the answer was no 202. */
  postOnce(api: Api, events: MembershipEvent[]): Promise<void>
  size(): number
  /** The group holds exactly the addresses that the newest accepted events say. */
  expectGroup(emulator: Emulator, group: string): void
  /** At least those are in: an unanswered post may have been kept as well. */
  expectAllIn(emulator: Emulator, group: string): void
  /** The product knows them all: it would put them in again. */
  expectAllKnown(api: Api): Promise<void>
  expectOneMailEach(emulator: Emulator): void
  /** Writes about one address that were under way at the same time. */
  overlappingWrites(emulator: Emulator): string[]
}

const START = Date.parse('2026-11-24T10:00:00Z')

export function createLedger(seed = 1, roster = 'gold'): Ledger {
  const newest = new Map<string, { time: number; email: string | null }>()
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const event = (type: MembershipEvent['type'], id: string, at: number, email?: string): MembershipEvent => ({
    specversion: '1.0',
    id: `${type}-${id}-${at}`,
    source: '/members',
    type,
    time: new Date(START + at).toISOString(),
    data: { roster, member: email === undefined ? { id } : { id, email } },
  })
  const note = (events: MembershipEvent[]) => {
    for (const { type, time, data } of events) {
      const at = Date.parse(time)
      const { id, email } = data.member
      const known = newest.get(id)
      if (known && known.time > at) continue
      newest.set(id, { time: at, email: type === 'member.left' ? null : (email ?? null) })
    }
  }
  const wanted = () => [...newest.values()].flatMap(({ email }) => (email === null ? [] : [email])).sort()

  return {
    joins: (count, prefix) =>
      Array.from({ length: count }, (_, at) =>
        event('member.joined', `${prefix}-${at}`, at, `${prefix}-${at}@example.com`),
      ),
    lives: (count) =>
      Array.from({ length: count }, (_, at) => {
        const id = `m-${at}`
        const life = [event('member.joined', id, 1_000, `${id}@example.com`)]
        if (at % 2 === 0) life.push(event('member.updated', id, 2_000, `${id}-new@example.com`))
        if (at % 3 === 0) life.push(event('member.left', id, 3_000))
        if (at % 9 === 0) life.push(event('member.joined', id, 4_000, `${id}-back@example.com`))
        return life
      }).flat(),
    shuffle(items) {
      const shuffled = [...items]
      for (let at = shuffled.length - 1; at > 0; at--) {
        const other = Math.floor(random() * (at + 1))
        ;[shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!]
      }
      return shuffled
    },
    async post(api, events) {
      await api.must('POST', '/v1/events', events, 202)
      note(events)
    },
    async postOnce(api, events) {
      const { status, body } = await api.request('POST', '/v1/events', events)
      if (status !== 202) throw new Error(`POST /v1/events answered ${status}, not 202: ${JSON.stringify(body)}`)
      note(events)
    },
    size: () => newest.size,
    expectGroup: (emulator, group) => expect(emulator.groupMembers(group).sort()).toEqual(wanted()),
    expectAllIn: (emulator, group) => expect(emulator.groupMembers(group)).toEqual(expect.arrayContaining(wanted())),
    async expectAllKnown(api) {
      const members = await api.all<Member>(`/v1/rosters/${roster}/members`)
      const present = members.flatMap(({ email, desired }) => (desired === 'present' ? [email] : []))
      expect(present).toEqual(expect.arrayContaining(wanted()))
    },
    expectOneMailEach(emulator) {
      const mailed = emulator.mails().map(({ email }) => email)
      expect([...mailed].sort()).toEqual([...new Set(mailed)].sort())
    },
    overlappingWrites(emulator) {
      const writes = emulator.calls().filter(({ method }) => method !== 'GET')
      const open = new Map<string, number>()
      const overlaps: string[] = []
      for (const { at, durationMs, body } of writes.sort((a, b) => a.at - b.at)) {
        const about = /[\w.-]+@example\.com/.exec(JSON.stringify(body ?? ''))?.[0]
        if (about === undefined) continue
        if ((open.get(about) ?? 0) > at) overlaps.push(about)
        open.set(about, at + durationMs)
      }
      return overlaps
    },
  }
}
