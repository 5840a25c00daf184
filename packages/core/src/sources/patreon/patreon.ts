import { emailOf, field, idOf, listOf, needId, splitName, textOf } from '../read-fields.ts'
import { isSignedWith } from '../signature.ts'
import { ignore, PayloadError, type SourceKind } from '../source-kind.ts'

/**
 * Patreon. The body is JSON:API: a member with the tiers the person is entitled to, which decide, whatever became of the pledge
 * (a declined one may still be entitled, a free or gifted one has none). No event id and no time: the arrival orders.
 */
export const patreon: SourceKind = {
  title: 'Patreon',

  isSigned({ headers, body }, { secret }) {
    const given = headers['x-patreon-signature']?.trim() ?? ''
    return isSignedWith({ secret, algorithm: 'md5', encoding: 'hex' }, [body], given)
  },

  read(payload, { headers, now }) {
    const event = headers['x-patreon-event']
    if (event !== undefined && !event.startsWith('members:')) {
      return ignore(`Events of type ${event.slice(0, 80)} say nothing about who is a member.`)
    }
    const type = field(payload, 'data', 'type')
    if (typeof type !== 'string') throw new PayloadError('/data/type is missing: this is not a JSON:API document.')
    if (type !== 'member') return ignore(`A ${type.slice(0, 80)} is not a member.`)
    const person = needId(field(payload, 'data', 'id'), '/data/id')
    const at = { time: now, rank: 0 }
    if (event === 'members:delete') return { id: undefined, statements: [{ kind: 'gone', person, at }], ignored: [] }
    const entitled = field(payload, 'data', 'relationships', 'currently_entitled_tiers', 'data')
    if (!Array.isArray(entitled))
      throw new PayloadError('/data/relationships/currently_entitled_tiers/data is not a list.')
    return {
      id: undefined,
      statements: [
        { kind: 'profile', person, at, profile: readProfile(payload) },
        {
          kind: 'membership',
          person,
          at,
          membership: 'tiers',
          plans: entitled.flatMap((tier) => namesOf(payload, tier)),
        },
      ],
      ignored: [],
    }
  },
}

/** A tier by its id, and by its title where the document brings it. */
function namesOf(payload: unknown, tier: unknown): string[][] {
  const id = idOf(field(tier, 'id'))
  if (id === undefined) return []
  const title = idOf(field(included(payload, 'tier', id), 'attributes', 'title'))
  return [title === undefined ? [id] : [id, title]]
}

function readProfile(payload: unknown) {
  const attributes = field(payload, 'data', 'attributes')
  const userId = idOf(field(payload, 'data', 'relationships', 'user', 'data', 'id'))
  const user = userId === undefined ? undefined : field(included(payload, 'user', userId), 'attributes')
  const email = emailOf(field(attributes, 'email')) ?? emailOf(field(user, 'email'))
  const firstName = textOf(field(user, 'first_name'))
  const names =
    firstName === null
      ? splitName(field(attributes, 'full_name') ?? field(user, 'full_name'))
      : { firstName, lastName: textOf(field(user, 'last_name')) }
  // Patreon leaves the address out for a campaign that may not see it: that takes away none.
  return { ...(email === null ? {} : { email }), ...names }
}

function included(payload: unknown, type: string, id: string): unknown {
  return listOf(field(payload, 'included')).find((one) => field(one, 'type') === type && idOf(field(one, 'id')) === id)
}
