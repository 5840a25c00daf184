const MAX_LENGTH = 254

/** Trimmed, as given otherwise; null where it is not an address: one `@`, no spaces or control characters, 254 characters at most. */
export function parseEmail(raw: string): string | null {
  const email = raw.trim()
  if (email.length === 0 || email.length > MAX_LENGTH) return null
  // \p{C}: control, format and unassigned characters, so that no invisible letter makes two addresses look the same.
  if (/[\s\p{C}]/u.test(email)) return null
  const parts = email.split('@')
  return parts.length === 2 && parts[0] !== '' && parts[1] !== '' ? email : null
}

/** The form in which addresses are compared: Apple keeps the case of an address and matches without it. */
export function emailKey(email: string): string {
  return email.trim().toLowerCase()
}

/** `ann.lee@example.com` → `a…@e….com`: enough to recognise, not to write to. */
export function maskEmail(email: string): string {
  const [local = '', domain = ''] = email.split('@')
  const dot = domain.lastIndexOf('.')
  const ending = dot > 0 ? domain.slice(dot) : ''
  return `${firstLetter(local)}…@${firstLetter(domain)}…${ending}`
}

function firstLetter(text: string): string {
  const point = text.codePointAt(0)
  return point === undefined ? '' : String.fromCodePoint(point)
}
