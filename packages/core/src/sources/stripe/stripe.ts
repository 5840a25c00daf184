import type { Profile, SourceStatement, Stamp } from '../../domain/source.ts'
import { emailOf, field, fieldsOf, idOf, listOf, needId, splitName, timeOf } from '../read-fields.ts'
import { isSignedWith, parseSignatureHeader } from '../signature.ts'
import { ignore, PayloadError, type Reading, type SourceKind } from '../source-kind.ts'

/**
 * Stripe. A subscription names its customer and no address; the address comes with `customer.*` or with
 * `checkout.session.completed`, before or after. `created` has whole seconds, and Stripe promises no order of arrival.
 */

/** As Stripe's own libraries have it. */
const TOLERANCE_MS = 5 * 60_000

/** The person has paid, or is given time to: everything else is no membership. */
const ENTITLING = new Set(['active', 'trialing', 'past_due'])

/**
 * Of events in one second: a subscription begins before it changes, and one that was deleted never comes back. Without this,
 * `created` (still incomplete) arriving after `updated` (active) would put out a person who has just paid.
 */
const RANK = { created: 0, changed: 1, deleted: 2 } as const

export const stripe: SourceKind = {
  title: 'Stripe',

  isSigned({ headers, body }, { secret, now }) {
    const parts = parseSignatureHeader(headers['stripe-signature'] ?? '')
    const time = parts.find(([name]) => name === 't')?.[1] ?? ''
    if (!/^\d{1,12}$/.test(time) || Math.abs(now - Number(time) * 1_000) > TOLERANCE_MS) return false
    // Several while the secret is being rolled at Stripe.
    return parts.some(
      ([name, given]) =>
        name === 'v1' && isSignedWith({ secret, algorithm: 'sha256', encoding: 'hex' }, [`${time}.`, body], given),
    )
  },

  read(payload) {
    const id = needId(field(payload, 'id'), '/id')
    const type = field(payload, 'type')
    const created = field(payload, 'created')
    const object = fieldsOf(field(payload, 'data', 'object'))
    if (typeof type !== 'string') throw new PayloadError('/type holds no event type.')
    const time = typeof created === 'number' ? timeOf(created * 1_000) : undefined
    if (time === undefined) throw new PayloadError('/created holds no time.')
    if (!object) throw new PayloadError('/data/object is missing.')
    const at = (rank: number): Stamp => ({ time, rank })
    const one = (statement: SourceStatement): Reading => ({ id, statements: [statement], ignored: [] })

    if (type.startsWith('customer.subscription.')) return one(readSubscription(type, object, at))
    switch (type) {
      case 'customer.created':
      case 'customer.updated': {
        const person = needId(object['id'], '/data/object/id')
        const profile = readCustomer(object, field(payload, 'data', 'previous_attributes'))
        return one({
          kind: 'profile',
          person,
          at: at(type === 'customer.created' ? RANK.created : RANK.changed),
          profile,
        })
      }
      case 'customer.deleted':
        return one({ kind: 'gone', person: needId(object['id'], '/data/object/id'), at: at(RANK.deleted) })
      case 'checkout.session.completed': {
        const person = customerOf(object)
        if (person === undefined) return ignore('The checkout has no customer: it is not a subscription.', id)
        const details = object['customer_details']
        const email = emailOf(field(details, 'email')) ?? emailOf(object['customer_email'])
        if (email === null) return ignore('The checkout names no e-mail address.', id)
        const name = field(details, 'name')
        return one({
          kind: 'profile',
          person,
          at: at(RANK.created),
          profile: { email, ...(name ? splitName(name) : {}) },
        })
      }
      default:
        return ignore(`Events of type ${type.slice(0, 80)} say nothing about who is a member.`, id)
    }
  },
}

function readSubscription(type: string, object: Record<string, unknown>, at: (rank: number) => Stamp): SourceStatement {
  const membership = needId(object['id'], '/data/object/id')
  const person = customerOf(object)
  if (person === undefined) throw new PayloadError('/data/object/customer holds no id.')
  const isDeleted = type === 'customer.subscription.deleted'
  const isEntitled = !isDeleted && ENTITLING.has(String(object['status']))
  const rank = isDeleted ? RANK.deleted : type === 'customer.subscription.created' ? RANK.created : RANK.changed
  return { kind: 'membership', person, membership, at: at(rank), plans: isEntitled ? plansOf(object) : [] }
}

/** Each item's price, by the names people know it by. */
function plansOf(subscription: Record<string, unknown>): string[][] {
  const items = listOf(field(subscription, 'items', 'data'))
  const plans = items.length > 0 ? items : [subscription]
  return plans.flatMap((item) => {
    const price = field(item, 'price')
    const plan = field(item, 'plan')
    const names = [
      idOf(field(price, 'id')) ?? idOf(price),
      idOf(field(price, 'lookup_key')),
      idOf(field(plan, 'id')) ?? idOf(plan),
      idOf(field(price, 'product')) ?? idOf(field(price, 'product', 'id')) ?? idOf(field(plan, 'product')),
    ].filter((name) => name !== undefined)
    return names.length > 0 ? [[...new Set(names)]] : []
  })
}

/** The id, or the object where the sender expands it. */
function customerOf(object: Record<string, unknown>): string | undefined {
  return idOf(object['customer']) ?? idOf(field(object['customer'], 'id'))
}

/** An address that a customer never had takes away none that a checkout told; one that was cleared does. */
function readCustomer(object: Record<string, unknown>, previous: unknown): Partial<Profile> {
  const email = emailOf(object['email'])
  const wasCleared = email === null && typeof field(previous, 'email') === 'string'
  return { ...(email !== null || wasCleared ? { email } : {}), ...(object['name'] ? splitName(object['name']) : {}) }
}
