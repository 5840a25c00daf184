import type { MemberAnswer } from './schema.ts'

/** Those of a list first; the rest tells more, and reading ignores it. */
const COLUMNS = ['id', 'email', 'firstName', 'lastName', 'status', 'device', 'osVersion', 'build', 'sessions'] as const

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`

export function toCsvRow(member: MemberAnswer): string {
  const { devices, usage } = member.tester ?? {}
  const [device] = devices ?? []
  // Empty until they are known; of several devices the first that Apple names.
  const used = [device?.model, device?.osVersion, device?.build, usage === undefined ? null : String(usage.sessions)]
  const cells = [member.id, member.email, member.firstName, member.lastName, member.status, ...used]
  return `${cells.map(toCell).join(',')}\r\n`
}

/**
 * What a spreadsheet runs: a cell that begins with one of these. A cell begins at any mark that somebody may take for the
 * separator, whatever is in the file.
 */
const RUNS = '=+\\-@\\u0009\\u000d\\uff1d\\uff0b\\uff0d\\uff20'
const BEFORE = '^|[\\s,;:|"]'
const RISKY = new RegExp(`(?<=${BEFORE})('*)(?=[${RUNS}])`, 'g')
const SAFE = new RegExp(`(?<=${BEFORE})'('*)(?=[${RUNS}])`, 'g')

/** RFC 4180. Before what a spreadsheet would run stands an apostrophe, which spreadsheets take for "text"; `fromCell` takes it away. */
export function toCell(value: string | null | undefined): string {
  if (value === null || value === undefined) return ''
  const safe = value.replace(RISKY, "'$1")
  return /[",\r\n;\t|]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The value that `toCell` made a cell of; other cells stay as they are. */
export function fromCell(cell: string): string {
  return cell.includes("'") ? cell.replace(SAFE, '$1') : cell
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
        .split(';')
        .map((part) => part.trim())
      const precision = [`*/*`, `${group}/*`, type].indexOf(range)
      if (precision < 0) return []
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return [{ precision, weight: q === undefined ? 1 : Number(q.slice(2)) || 0 }]
    })
    return weights.sort((a, b) => b.precision - a.precision)[0]?.weight ?? 0
  }
  return weightOf('text/csv') > weightOf('application/json')
}
