import type { MembershipEvent } from '../ledger.ts'

const START = Date.parse('2026-11-24T10:00:00Z')
/** Of a hundred events, so many are kept back and sent later, and so many are sent twice. */
const LATE = 5
const TWICE = 5

/**
 * Events without end about so many people, who join, change between two addresses, and leave. Their number stays, so that what grows
 * is a leak. Each event is newer than all made before; some come late, some twice.
 */
export function createChurn(people: number, random: () => number): (count: number) => MembershipEvent[] {
  const isIn = new Map<number, boolean>()
  const kept: MembershipEvent[] = []
  let made = 0
  const make = (): MembershipEvent => {
    const person = Math.floor(random() * people)
    made++
    const leaves = isIn.get(person) === true && random() < 0.4
    const type = leaves ? 'member.left' : isIn.get(person) ? 'member.updated' : 'member.joined'
    isIn.set(person, !leaves)
    const id = `m-${person}`
    const email = `${id}-${random() < 0.5 ? 'a' : 'b'}@example.com`
    return {
      specversion: '1.0',
      id: `soak-${made}`,
      source: '/members',
      type,
      time: new Date(START + made).toISOString(),
      data: { roster: 'gold', member: leaves ? { id } : { id, email } },
    }
  }
  return (count) => {
    const events = kept.splice(0, Math.floor(random() * 2))
    while (events.length < count) {
      const event = make()
      const dice = random() * 100
      if (dice < LATE) kept.push(event)
      else events.push(event)
      if (dice > 100 - TWICE) kept.push(event)
    }
    return events
  }
}
