/**
 * Ids that a spreadsheet may have made of one and the same: it drops leading zeros, rounds after 15 digits, adds decimals,
 * changes the case of TRUE and of months; people add spaces, quotes and what nobody sees.
 *
 * @internal What is sent and what is known have keys below; tests look at this one.
 */
export function looseMemberId(id: string): string {
  const bare = (USUAL.test(id) ? id : undress(id)).toLowerCase()
  const number = /^([+-]?)0*(\d+?)(?:[.,]0+)?$/.exec(bare)
  if (!number) return bare
  const [, sign = '', digits = ''] = number
  // Rounding up may change the fifteenth.
  return `${sign === '-' ? '-' : ''}${digits.length > 15 ? `${digits.slice(0, 14)}~${digits.length}` : digits}`
}

/** Where an id that was sent can have been made of a known one, its key is one of `keysOfKnown`. Long ones that count up are not. */
export function keyOfSent(id: string): string {
  const digits = digitsOf(id)
  return digits === undefined || digits.length <= 15 ? looseMemberId(id) : `${looseMemberId(id)}#${digits}`
}

/** All that a spreadsheet may have made of an id, as keys. */
export function keysOfKnown(id: string): string[] {
  const [loose, digits] = [looseMemberId(id), digitsOf(id)]
  if (digits === undefined || digits.length <= 15) return [loose]
  const zeros = 10n ** BigInt(digits.length - 15)
  const number = BigInt(digits)
  const cut = number - (number % zeros)
  return [...new Set([number, cut, cut + zeros, BigInt(Number(digits))].map((made) => `${loose}#${made}`))]
}

function digitsOf(id: string): string | undefined {
  return /^[+-]?0*(\d+?)(?:[.,]0+)?$/.exec(undress(id))?.[1]
}

/**
 * Beside the same address, ids that are as much alike as these are one: numbers written in another way (`1e3`, `1,000`, `12.50`),
 * what a spreadsheet makes of dates, times, fractions and words, other quotes and dashes, and letters that an encoding has lost.
 */
export function isAlmostSameId(sent: string, known: string): boolean {
  if (looseMemberId(sent) === looseMemberId(known)) return true
  const [to, from] = [numbersOf(sent), numbersOf(known)]
  if (to.some((number) => from.includes(number))) return true
  if (to.length > 0 && from.length > 0) return false
  if (CONVERTED.test(known) && CONVERSION.test(sent)) return true
  return skeletonsOf(sent).some((skeleton) => skeletonsOf(known).includes(skeleton))
}

/** What spreadsheets take for something else, and what they make of it. */
const CONVERTED = /^(?:\d+(?:[-/.:]\d+){1,2}|true|false|[a-z]{3,9}[-. ]?\d{1,4}|\d{1,2}[-. ]?[a-z]{3,9})$/i
const CONVERSION =
  /^(?:\d+(?:[.,:]\d+)*|true|false|wahr|falsch|vrai|faux|verdadero|falso|vero|waar|onwaar|prawda|sant|falskt|sand|falsk)$/i

/** Which numbers a text may be, however it is written. */
function numbersOf(text: string): number[] {
  const bare = undress(text).replaceAll(/[\s'\u2019]/g, '')
  const inBrackets = /^\((.*)\)$/.exec(bare)?.[1]
  if (inBrackets !== undefined) return numbersOf(inBrackets).map((number) => -number)
  const scale = bare.endsWith('%') ? 0.01 : 1
  const plain = bare.replace(/%$/, '')
  const readings = [
    // 1,234.5 and 1.234,5 and 1,5
    plain.replaceAll(/,(?=\d{3}(?:\D|$))/g, ''),
    plain.replaceAll(/\.(?=\d{3}(?:\D|$))/g, '').replace(',', '.'),
    plain.replace(',', '.'),
  ]
  return readings
    .filter((reading) => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(reading))
    .map((reading) => Number(reading) * scale)
}

/** What is left of a text in every encoding. */
function skeletonsOf(text: string): string[] {
  const bare = (form: string) => form.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const folded = undress(text).normalize('NFKD').replaceAll('\u00df', 'ss').replaceAll('\u0131', 'i')
  const all = [bare(text), bare(folded), bare(folded.replaceAll(/\p{M}/gu, ''))]
  // Of a name in another alphabet nothing is left but that it was one.
  return [...new Set(all)].filter((form) => form !== '' || /^[^\p{ASCII}]+$|^\?+$/u.test(text))
}

/** Nothing to undress. */
const USUAL = /^[\w.:@/+-]+$/

function undress(id: string): string {
  return id
    .normalize('NFKC')
    .replace(/^="(.*)"$/su, '$1')
    .replace(/[\p{Cf}\s]/gu, '')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll(/[\u2018\u2019\u2032]/g, "'")
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
