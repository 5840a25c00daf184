/** Left-aligned columns; the last one is not padded. */
export function formatTable(rows, indent = '  ') {
  const widths = []
  for (const row of rows)
    row.slice(0, -1).forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, [...cell].length)))
  return rows.map((row) => (indent + row.map((cell, at) => pad(cell, widths[at] ?? 0)).join('  ')).trimEnd()).join('\n')
}

function pad(cell, width) {
  return cell + ' '.repeat(Math.max(0, width - [...cell].length))
}
