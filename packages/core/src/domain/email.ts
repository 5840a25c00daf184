export { emailKey, maskEmail } from '@flightroster/app-store-connect'

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
