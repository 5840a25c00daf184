/**
 * Ids that a spreadsheet may have made of one and the same: it drops leading zeros, rounds after 15 digits, adds decimals,
 * changes the case of TRUE and of months; people add spaces, quotes and what nobody sees.
 */
export function looseMemberId(id: string): string {
  const bare = (USUAL.test(id) ? id : undress(id)).toLowerCase()
  const number = /^([+-]?)0*(\d+?)(?:[.,]0+)?$/.exec(bare)
  if (!number) return bare
  const [, sign = '', digits = ''] = number
  return `${sign === '-' ? '-' : ''}${digits.length > 15 ? `${digits.slice(0, 15)}~${digits.length}` : digits}`
}

/** Nothing to undress. */
const USUAL = /^[\w.:@/+-]+$/

function undress(id: string): string {
  return id
    .normalize('NFKC')
    .replace(/[\p{Cf}\s]/gu, '')
    .replaceAll(/^['"`\u2018-\u201f\u00ab\u00bb]+|['"`\u2018-\u201f\u00ab\u00bb]+$/gu, '')
}

const ROUNDED = /^[+-]?\d(?:[.,]\d+)?E[+-]?\d{2,3}$/i
const FAULT = /^(?:#(?:[A-Z][A-Z/0]*[!?]|N\/A|NV|#+)|Err:\d{3})$/i
const MONTH = '(?:jan|feb|mar|m\u00e4r|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\\.?'
const DATE = new RegExp(
  `^(?:\\d{1,2}[-. /]{1,2}${MONTH}(?:[- ]\\d{2,4})?|${MONTH}[- ]\\d{1,4}|\\d{1,2}[./]\\d{1,2}[./](?:19|20)?\\d\\d|(?:19|20)\\d\\d-[01]\\d-[0-3]\\d(?: 00:00(?::00)?)?)$`,
  'i',
)

/** What a spreadsheet writes instead of an id: a rounded number, a fault, a column that was too narrow, a date. */
export function isSpoiltId(id: string): boolean {
  return ROUNDED.test(id) || FAULT.test(id) || DATE.test(id)
}
