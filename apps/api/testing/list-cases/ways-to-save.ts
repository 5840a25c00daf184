import { quoted } from './list-case.ts'

/** As programs save a list. */
export const WAYS_TO_SAVE: [name: string, save: (csv: string) => string | Buffer][] = [
  ['as it is', (csv) => csv],
  ['with semicolons', (csv) => swap(csv, ';')],
  ['with tabs', (csv) => swap(csv, '\t')],
  ['with the line sep=;', (csv) => `sep=;\r\n${swap(csv, ';')}`],
  ['with a byte order mark', (csv) => `\ufeff${csv}`],
  ['as Unicode text', (csv) => Buffer.from(`\ufeff${swap(csv, '\t')}`, 'utf16le')],
  ['in UTF-16 without a mark', (csv) => Buffer.from(csv, 'utf16le')],
  ['in UTF-16, big end first', (csv) => Buffer.from(csv, 'utf16le').swap16()],
  ['in Windows-1252', (csv) => Buffer.from(swap(csv, ';'), 'latin1')],
  [
    'with every cell quoted',
    (csv) =>
      csv
        .split('\r\n')
        .map((row) => row && splitRow(row).map(quoted).join(','))
        .join('\r\n'),
  ],
]

const splitRow = (row: string) =>
  [...row.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .slice(0, -1)
    .map(([, cell = '']) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell))
const swap = (csv: string, separator: string) =>
  csv
    .split('\r\n')
    .map(
      (row) =>
        row &&
        splitRow(row)
          .map((cell) => (/[",;\t]/.test(cell) ? quoted(cell) : cell))
          .join(separator),
    )
    .join('\r\n')
