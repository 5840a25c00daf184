import type { MemberAnswer } from './schema.ts'

const COLUMNS = [
  'id',
  'email',
  'firstName',
  'lastName',
  'desired',
  'status',
  'testerState',
  'problem',
  'updatedAt',
] as const

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`

export function toCsvRow(member: MemberAnswer): string {
  const cells = [
    member.id,
    member.email,
    member.firstName,
    member.lastName,
    member.desired,
    member.status,
    member.tester?.state,
    member.problem?.code,
    member.updatedAt,
  ]
  return `${cells.map(toCell).join(',')}\r\n`
}

/** RFC 4180. A cell that a spreadsheet would run as a formula gets an apostrophe, which spreadsheets take for "text". */
export function toCell(value: string | null | undefined): string {
  if (value === null || value === undefined) return ''
  const safe = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value
  return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Whether an Accept header asks for CSV rather than JSON. */
export function prefersCsv(accept: string | undefined): boolean {
  if (accept === undefined) return false
  const weightOf = (type: string) => {
    const [group] = type.split('/')
    const weights = accept.split(',').flatMap((entry) => {
      const [range = '', ...parameters] = entry
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/)
      const precision = [`*/*`, `${group}/*`, type].indexOf(range)
      if (precision < 0) return []
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return [{ precision, weight: q === undefined ? 1 : Number(q.slice(2)) || 0 }]
    })
    return weights.sort((a, b) => b.precision - a.precision)[0]?.weight ?? 0
  }
  return weightOf('text/csv') > weightOf('application/json')
}
