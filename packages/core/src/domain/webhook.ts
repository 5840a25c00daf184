import type { Fact } from './fact.ts'

/** What upstream can ask to be told. */
export const CALLBACK_TYPES = [
  'member.invited',
  'member.accepted',
  'member.installed',
  'member.revoked',
  'member.removed',
  'member.failed',
  'member.waiting',
  'member.idle',
  'member.reclaimed',
  'member.address_changed',
  'build.available',
  'build.expiring',
  'build.run_out',
  'roster.held',
  'roster.blocked',
  'roster.recovered',
  'team_key.rejected',
  'team_key.recovered',
] as const satisfies readonly Fact['type'][]

/** What a webhook may name: a type, all of a family, or all. */
export const CALLBACK_PATTERNS = [...CALLBACK_TYPES, 'member.*', 'build.*', 'roster.*', 'team_key.*', '*'] as const

/** Where upstream wants to be told of facts. The secrets are sealed, bound to this record. */
export interface Webhook {
  v: 1
  id: string
  url: string
  /** Types, `member.*` and the like, or `*`. */
  types: string[]
  /** Only facts about these; null: all. */
  rosters: string[] | null
  includeEmail: boolean
  /** A member who waits for an address is told with a link to their own page; absent: not. */
  includeLink?: boolean
  sealedSecret: string
  /** Secrets before a rotation, newest first: they sign too until then (ms). */
  formerSecrets: { sealed: string; until: number }[]
  createdAt: number
  updatedAt: number
}

/** How an endpoint is doing. */
export interface EndpointHealth {
  /** First failed try since the last success (ms); null while the endpoint answers. */
  failingSince: number | null
  /** Since when nothing is sent there (ms); null: it is active. */
  disabledAt: number | null
}

/** `rostersOfKey`: the rosters of the team key that the fact is from; a fact about the key itself concerns all of them. */
export function wantsFact(
  webhook: Pick<Webhook, 'types' | 'rosters'>,
  fact: Pick<Fact, 'type'> & { roster?: string },
  rostersOfKey: ReadonlySet<string>,
): boolean {
  const isAsked = webhook.types.some(
    (type) => type === '*' || type === fact.type || type === `${familyOf(fact.type)}.*`,
  )
  if (!isAsked || webhook.rosters === null) return isAsked
  if (fact.roster !== undefined) return webhook.rosters.includes(fact.roster)
  return webhook.rosters.some((roster) => rostersOfKey.has(roster))
}

function familyOf(type: Fact['type']): string {
  return type.slice(0, type.indexOf('.'))
}
