/** Rows with aligned columns; the last column runs free. Control characters from outside never reach the terminal. */
export function toTable(rows: readonly (readonly string[])[]): string[] {
  const clean = rows.map((row) => row.map(printable))
  const widths = (clean[0] ?? []).map((_, at) => Math.max(...clean.map((row) => widthOf(row[at] ?? ''))))
  return clean.map((row) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : pad(cell, widths[at] ?? 0))).join('  '),
  )
}

const widthOf = (text: string) => Array.from(text).length
const pad = (cell: string, width: number) => cell + ' '.repeat(Math.max(0, width - widthOf(cell)))

/** What a member's id or name holds is somebody else's text: no escape sequence of theirs may run here. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '�')
}

/** `1 person`, `2 people`. */
export const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`

/** A time as people compare it: how long ago, or in how long. */
export function ago(time: string | null, now = Date.now()): string {
  if (time === null) return 'never'
  const seconds = Math.round((now - Date.parse(time)) / 1_000)
  const size = Math.abs(seconds)
  const [amount, unit] =
    size < 90
      ? [size, 's']
      : size < 5_400
        ? [size / 60, 'min']
        : size < 129_600
          ? [size / 3_600, 'h']
          : [size / 86_400, 'd']
  return seconds < 0 ? `in ${Math.round(amount)} ${unit}` : `${Math.round(amount)} ${unit} ago`
}
