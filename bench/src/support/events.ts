import type { Product } from './product.ts'

export interface MembershipEvent {
  specversion: '1.0'
  id: string
  source: string
  type: string
  time: string
  data: { roster: string; member: { id: string; email?: string; firstName?: string; lastName?: string } }
}

let made = 0

/** Joins of people nobody has seen before, as an upstream system sends them. */
export function joins(count: number, { roster = 'gold', prefix = 'user' } = {}): MembershipEvent[] {
  return Array.from({ length: count }, () => {
    const id = `${prefix}-${made++}`
    return {
      specversion: '1.0',
      id: `evt-${id}-6f9c2d`,
      source: 'https://crm.example.com/members',
      type: 'member.joined',
      time: new Date(Date.now() - 1_000).toISOString(),
      data: { roster, member: { id, email: `${id}@example.com`, firstName: 'Ann', lastName: 'Lee' } },
    }
  })
}

export function leaves(joined: readonly MembershipEvent[]): MembershipEvent[] {
  return joined.map((event) => ({
    ...event,
    id: `left-${event.id}`,
    type: 'member.left',
    time: new Date().toISOString(),
    data: { roster: event.data.roster, member: { id: event.data.member.id } },
  }))
}

/** In batches of as many as one request may hold. */
export async function post(product: Product, events: readonly MembershipEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += 1_000) {
    await product.send('POST', '/v1/events', events.slice(from, from + 1_000))
  }
}
