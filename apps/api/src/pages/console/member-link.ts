import type { Sealer } from '@flightroster/core/secrets'
import { path, query } from '../html.ts'

/**
 * How a member is named in links and forms. An id may be an address, and paths end up in the logs of proxies and in the
 * browser's history: such an id travels sealed.
 */
export interface MemberNames {
  href(roster: string, member: string): string
  /** For hidden fields of forms. */
  fields(roster: string, member: string): Record<string, string>
  /** Undefined where nobody is named, or the name was not made for this roster. */
  read(roster: string, from: { id?: unknown; key?: unknown }): string | undefined
}

export function createMemberNames(sealer: Pick<Sealer, 'seal' | 'open'>): MemberNames {
  const context = (roster: string) => `member-link:${roster}`
  const fields = (roster: string, member: string): Record<string, string> =>
    member.includes('@') ? { key: sealer.seal(member, context(roster)) } : { id: member }
  return {
    fields,
    href: (roster, member) => path`/console/rosters/${roster}/member` + query(fields(roster, member)),
    read(roster, { id, key }) {
      if (typeof id === 'string' && id !== '') return id
      if (typeof key !== 'string' || key === '') return undefined
      try {
        return sealer.open(key, context(roster))
      } catch {
        return undefined
      }
    },
  }
}
