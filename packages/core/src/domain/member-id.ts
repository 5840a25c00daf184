/**
 * Ids that a spreadsheet may have made of one and the same: it drops leading zeros, rounds after 15 digits, adds decimals,
 * changes the case of TRUE and of months; people add spaces, quotes and what nobody sees.
 */
export function looseMemberId(id: string): string {
  const bare = id
    .normalize('NFKC')
    .replace(/[\p{Cf}\s]/gu, '')
    .replaceAll(/^['"`\u2018-\u201f\u00ab\u00bb]+|['"`\u2018-\u201f\u00ab\u00bb]+$/gu, '')
    .toLowerCase()
  const number = /^([+-]?)0*(\d+?)(?:[.,]0+)?$/.exec(bare)
  if (!number) return bare
  const [, sign = '', digits = ''] = number
  return `${sign === '-' ? '-' : ''}${digits.length > 15 ? `${digits.slice(0, 15)}~${digits.length}` : digits}`
}

/** What a spreadsheet writes instead of an id: a rounded number, a fault, a column that was too narrow. */
export function isSpoiltId(id: string): boolean {
  return /^[+-]?\d(?:[.,]\d+)?E[+-]?\d{2,3}$/i.test(id) || /^#(?:[A-Z/0-9]+[!?]?|#+)$/i.test(id)
}
