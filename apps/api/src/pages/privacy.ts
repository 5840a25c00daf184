import { type DashboardUser, maskEmail } from '@flightroster/core/domain'

/** How much of a person a user of the pages may see. Everything of a member that a page shows goes through this. */
export interface Privacy {
  isOperator: boolean
  /** A member id, which may be an address itself. */
  id(id: string): string
  email(email: string | null): string
  name(person: { firstName: string | null; lastName: string | null }): string
  /** Sentences that may quote an address or an id. */
  text(text: string): string
}

/** What may be an address, by each run of characters that one may have: looked for an at sign at once, a long run would be read again and again. */
const RUN = /[^\s<>()[\]",;:'/=]+/gu
const HAS_AT = /.(?:@|%40)./isu

/** Masks every e-mail address in a text, percent-encoded ones too. */
export function maskAddresses(text: string): string {
  return text.replace(RUN, (run) => (HAS_AT.test(run) ? maskEmail(run.replace(/%40/i, '@')) : run))
}

/** Viewers see ids and masked addresses, operators everything. */
export function privacyOf(user: Pick<DashboardUser, 'role'>): Privacy {
  const isOperator = user.role === 'operator'
  if (isOperator) {
    return {
      isOperator,
      id: (id) => id,
      email: (email) => email ?? '',
      name: ({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(' '),
      text: (text) => text,
    }
  }
  return {
    isOperator,
    id: (id) => (id.includes('@') ? maskEmail(id) : id),
    email: (email) => (email === null ? '' : maskEmail(email)),
    name: () => '',
    text: maskAddresses,
  }
}
