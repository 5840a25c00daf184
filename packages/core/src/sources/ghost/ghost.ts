import { FREE_PLAN, type Stamp } from '../../domain/source.ts'
import { emailOf, field, fieldsOf, idOf, needId, splitName, timeOf } from '../read-fields.ts'
import { isSignedWith, parseSignatureHeader } from '../signature.ts'
import { PayloadError, type ReadContext, type SourceKind } from '../source-kind.ts'

/**
 * Ghost. `member.current` is the state now, `member.previous` what it was; a deletion has an empty `current`. Tiers decide; a
 * member without one is on "free". `updated_at` orders.
 */
export const ghost: SourceKind = {
  title: 'Ghost',

  isSigned({ headers, body }, { secret }) {
    const parts = new Map(parseSignatureHeader(headers['x-ghost-signature'] ?? ''))
    const given = parts.get('sha256')
    const time = parts.get('t')
    if (given === undefined || time === undefined) return false
    const scheme = { secret, algorithm: 'sha256', encoding: 'hex' } as const
    // Ghost signs the body with the time behind it; before version 5.87 it signed the body alone.
    return isSignedWith(scheme, [body, time], given) || isSignedWith(scheme, [body], given)
  },

  read(payload, context) {
    const member = fieldsOf(field(payload, 'member'))
    if (!member) throw new PayloadError('/member is missing.')
    const current = fieldsOf(member['current'])
    const previous = fieldsOf(member['previous'])
    const isDeleted = !current || Object.keys(current).length === 0
    if (isDeleted) {
      const person = needId(previous?.['id'], '/member/previous/id')
      // It is told with the state before it, so it outranks that one.
      return {
        id: undefined,
        statements: [{ kind: 'gone', person, at: stampOf(previous?.['updated_at'], 1, context) }],
        ignored: [],
      }
    }
    const person = needId(current['id'], '/member/current/id')
    const at = stampOf(current['updated_at'], 0, context)
    const email = emailOf(current['email'])
    const profile = { ...(email === null ? {} : { email }), ...splitName(current['name']) }
    return {
      id: undefined,
      statements: [
        { kind: 'profile', person, at, profile },
        { kind: 'membership', person, at, membership: 'tiers', plans: plansOf(current) },
      ],
      ignored: [],
    }
  },
}

function plansOf(current: Record<string, unknown>): string[][] {
  const { tiers, status } = current
  const named = (Array.isArray(tiers) ? tiers : []).flatMap((tier: unknown) => {
    const names = [field(tier, 'id'), field(tier, 'slug'), field(tier, 'name')].flatMap((name) => idOf(name) ?? [])
    return names.length > 0 ? [[...new Set(names)]] : []
  })
  if (named.length > 0) return named
  // Sites without named tiers tell a paying member by the status alone.
  return status === 'paid' || status === 'comped' ? [[status]] : [[FREE_PLAN]]
}

function stampOf(value: unknown, rank: number, { now }: ReadContext): Stamp {
  return { time: (typeof value === 'string' ? timeOf(Date.parse(value)) : undefined) ?? now, rank }
}
