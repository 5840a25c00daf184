import { describe, expect, it } from 'vitest'
import { decodeText, readCharset } from './put-roster-charset.ts'
import { readCsv } from './put-roster-csv.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const read = async (text: string | Buffer, { charset = '', size = 7 } = {}) => {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text)
  const list = await readCsv(decodeText(inPieces(bytes, size), readCharset(`text/csv${charset}`)), 100_000)
  return { ...list, rows: list.rows.map(({ row: _row, ...rest }) => rest), rejected: list.rejected.told }
}
const ANN = { id: 'u-1', email: 'ann@example.com', asWritten: null, firstName: 'Ann', lastName: 'Lee' }
const BOB = { id: 'u-2', email: 'bob@example.com', asWritten: null, firstName: 'Bob', lastName: null }
const OWN = 'id,email,firstName,lastName\r\nu-1,ann@example.com,Ann,Lee\r\nu-2,bob@example.com,Bob,\r\n'

describe('a list as CSV', () => {
  it.each([
    ['with a header', OWN],
    ['with a byte order mark', `\ufeff${OWN}`],
    ['with plain line feeds', OWN.replaceAll('\r\n', '\n')],
    ['with carriage returns', OWN.replaceAll('\r\n', '\r')],
    ['with mixed line ends', OWN.replace('\r\n', '\n')],
    ['without a last line end', OWN.trimEnd()],
    ['behind the line sep=;', `sep=;\r\n${OWN.replaceAll(',', ';')}`],
    ['with semicolons', OWN.replaceAll(',', ';')],
    ['with tabs', OWN.replaceAll(',', '\t')],
    ['with quotes', OWN.replaceAll(/[^,\r\n]+/g, '"$&"')],
    ['with blank lines and spaces', OWN.replaceAll('\r\n', '\r\n\r\n').replaceAll(',', ' , ')],
    [
      'with another order and spelling of columns',
      'E-Mail,ID,Last Name,First Name\nann@example.com,u-1,Lee,Ann\nbob@example.com,u-2,,Bob\n',
    ],
  ])('is read %s', async (_name, text) => {
    for (const size of [1, 3, 10_000]) {
      const { rows, rejected } = await read(text, { size })
      expect([rows, rejected]).toEqual([[ANN, BOB], []])
    }
  })

  it('is read without a header, and says that its ids are a guess', async () => {
    const { rows } = await read(OWN.slice(OWN.indexOf('\n') + 1))
    expect(rows).toEqual([ANN, BOB].map((row) => ({ ...row, idIsGuessed: true })))
  })

  it('is read in UTF-16 of both orders, told by its mark or its content type', async () => {
    const little = Buffer.from(OWN, 'utf16le')
    const big = Buffer.from(little).swap16()
    const marked = (mark: number[], bytes: Buffer) => Buffer.concat([Buffer.from(mark), bytes])
    for (const bytes of [marked([0xff, 0xfe], little), marked([0xfe, 0xff], big)]) {
      expect((await read(bytes)).rows).toEqual([ANN, BOB])
    }
    expect((await read(little, { charset: '; charset=UTF-16LE' })).rows).toEqual([ANN, BOB])
    expect((await read(big, { charset: '; charset="utf-16be"' })).rows).toEqual([ANN, BOB])
  })

  it.each([
    '; charset=',
    '; charset',
    '; charset="utf-8',
    '; charset=latin1',
    '; charset=utf-8 x',
    '; charset=__proto__',
  ])('is refused with the charset "%s"', (charset) => {
    expect(() => readCharset(`text/csv${charset}`)).toThrow('charset')
  })

  it('is read in UTF-16 without a mark, and in the Windows-1252 that Excel writes', async () => {
    const list = 'id;email;lastName\r\nu-1;ann@example.com;Müller\r\nu-2;bob@example.com;Weiß\r\n'
    for (const [bytes, size] of [
      [Buffer.from(list, 'utf16le'), 70],
      [Buffer.from(list, 'utf16le').swap16(), 3],
      [Buffer.from(list, 'latin1'), 1],
      [Buffer.from(list, 'latin1'), 50],
      [Buffer.from(list), 1],
    ] as const) {
      expect((await read(bytes, { size })).rows.map(({ lastName }) => lastName)).toEqual(['Müller', 'Weiß'])
    }
  })

  it.each([
    ['Cyrillic of Windows', [0xc8, 0xe2, 0xe0, 0xed]],
    ['a Mac', [0x4d, 0x9f, 0x6c, 0x6c]],
    ['UTF-8 in which a byte is broken', [0xc3, 0xbc, 0x61, 0xfc, 0x62]],
  ])('is refused where it may be %s', async (_name, name) => {
    const head = Buffer.from('id;email;lastName\r\nu-1;ann@example.com;')
    await expect(read(Buffer.concat([head, Buffer.from(name), Buffer.from('\r\n')]), { size: 999 })).rejects.toThrow(
      'not UTF-8',
    )
  })

  it('is refused where its bytes are not what they should be', async () => {
    await expect(read(Buffer.from([0x61, 0x2c, 0xff, 0x0a, 0x62, 0x0a]))).rejects.toThrow('not UTF-8')
  })

  it.each([
    ['with its header', 'First Name,Last Name,Email\nAnn,Lee,Ann@Example.com\n,,bob@example.com\n'],
    ['without one', 'Ann,Lee,Ann@Example.com\n,,bob@example.com\n'],
    [
      'with the groups of other tools',
      'First,Last,Email,Groups\nAnn,Lee,Ann@Example.com,"Gold;Silver"\n,,bob@example.com,\n',
    ],
    ['with groups and no header', 'Ann,Lee,Ann@Example.com,Gold;Silver\n,,bob@example.com,\n'],
  ])('may be the three-column file %s: of people without ids', async (_name, text) => {
    expect((await read(text)).rows).toEqual([
      { id: undefined, email: 'Ann@Example.com', asWritten: null, firstName: 'Ann', lastName: 'Lee' },
      { id: undefined, email: 'bob@example.com', asWritten: null, firstName: undefined, lastName: undefined },
    ])
  })

  it('names every bad row by its number, keeps it out, and knows whom it meant', async () => {
    const { rows, rejected, doubt } = await read(
      [
        'id,email,firstName,lastName',
        'u-1,ann@example.com,Ann,Lee',
        'u-2,no address,Bob,',
        '',
        ',eve@example.com,Eve,',
        'u-1,other@example.com,Ann,Lee',
        'u-3,c@example.com,Cat,Lee, Jr',
        `${'x'.repeat(300)},,,`,
        'u-4,d@example.com,Dan,O"Neil',
      ].join('\n'),
    )
    expect(rows.map(({ id }) => id)).toEqual(['u-1', 'u-4'])
    expect(rejected.map(({ row, code }) => [row, code])).toEqual([
      [3, 'address_invalid'],
      [5, 'member_id_invalid'],
      [6, 'row_duplicate'],
      [7, 'row_invalid'],
      [8, 'member_id_invalid'],
    ])
    expect(doubt).toEqual({
      count: 5,
      ids: new Set(['u-2', 'u-3']),
      addresses: new Set(['eve@example.com', 'other@example.com', 'c@example.com']),
      disputed: new Set(['u-1']),
      // The last of them names nobody.
      unclear: true,
    })
    expect(JSON.stringify(rejected)).not.toContain('example.com')
  })

  it('lets half a row at its end change nobody', async () => {
    const { rows, rejected, doubt } = await read(
      'id,email,firstName,lastName\nu-1,ann@example.com,Ann,Lee\nu-2,bob@exa',
    )
    expect([rows, rejected.map(({ row }) => row), doubt.unclear]).toEqual([[ANN], [3], true])
  })

  it('takes the rows before a quote that never closes, and tells that the rest is not to be trusted', async () => {
    const tail = 'u-9,z@example.com,Zoe,\n'.repeat(5_000)
    for (const text of [`${OWN}u-3,"c@example.com,Cat,\n${tail}`, `${OWN}u-3,"c@example.com,Cat,\n`]) {
      const { rows, rejected, doubt } = await read(text, { size: 50_000 })
      expect([rows, rejected.map(({ row }) => row), doubt.unclear]).toEqual([[ANN, BOB], [4], true])
    }
  })

  it('keeps out a row whose quotes do not fit, whatever they join', async () => {
    const { rows, rejected, doubt } = await read(
      'id,email,firstName,lastName\nu-1,ann@example.com,Ann,Lee\nu-3,"c@example.com,Cat,"Lee, Jr"\nu-2,bob@example.com,Bob,\n',
    )
    expect([rows, rejected.map(({ row, code }) => [row, code]), doubt.ids]).toEqual([
      [ANN, BOB],
      [[3, 'row_invalid']],
      new Set(['u-3']),
    ])
  })

  it('refuses a header with a column that means nothing, or one that occurs twice', async () => {
    await expect(read('id,emial,email\nu-1,x,ann@example.com\n')).rejects.toThrow('"emial"')
    await expect(read('id,email,e-mail\nu-1,a@example.com,b@example.com\n')).rejects.toThrow('Duplicate column')
  })

  it('is a list of nobody where there is nothing, or nothing but a header', async () => {
    for (const text of ['', '\n\n', '\ufeff', 'id,email,firstName,lastName\n', 'First Name,Last Name,Email']) {
      expect(await read(text)).toMatchObject({ rows: [], rejected: [], doubt: { count: 0, unclear: false } })
    }
  })

  it('keeps ids that programs stumble over', async () => {
    const ids = ['__proto__', '42', 'a:b', '😀', 'constructor', 'ümlaut', "o'neil"]
    const { rows } = await read(`id,email\n${ids.map((id) => `${id},`).join('\n')}\n`)
    expect(rows.map(({ id }) => id)).toEqual(ids)
  })
})
