export type Cell = string | number

/** A table as Markdown has it, so that it can go into docs/benchmarks.md as it is. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const texts = [head, ...rows].map((row) => row.map(toText))
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[], isText: (column: number) => boolean) =>
    `| ${row.map((text, at) => (isText(at) ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join(' | ')} |`
  const [first, ...others] = texts
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  const lines = [line(first ?? [], (at) => at === 0), rule, ...others.map((row) => line(row, (at) => at === 0))]
  process.stdout.write(`\n${title}\n\n${lines.join('\n')}\n`)
}

function toText(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (Number.isNaN(cell)) return '–'
  return Math.abs(cell) >= 100 ? Math.round(cell).toLocaleString('en-US') : String(Number(cell.toPrecision(3)))
}

export const times = (ratio: number): string => `${ratio.toFixed(2)}×`
