/**
 * The form in which addresses are compared: Apple keeps the case of an address and matches without it. A letter with its accent in one
 * sign or in two (NFC, NFD) is the same letter: one keyboard writes one, a file of a Mac has the other.
 */
export function emailKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase()
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
