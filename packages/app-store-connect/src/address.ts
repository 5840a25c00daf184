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
