import { type ListCase, NOBODY, UNCLEAR, quoted } from './list-case.ts'

export const SPOILT: ListCase[] = [
  {
    name: 'ids as a spreadsheet rounds them',
    roster: {
      '123456789012': ['ann@example.com'],
      '123456789013': ['bob@example.com'],
      '123456789014': ['cat@example.com'],
    },
    list: 'id,email\n1.23457E+11,ann@example.com\n1.23457E+11,bob@example.com\n1.23457E+11,cat@example.com\n',
    plan: { ...UNCLEAR, rejected: [2, 3, 4] },
  },
  {
    name: 'two ids as a spreadsheet rounds them, with a comma',
    roster: { '123456789012': ['ann@example.com'], '223456789013': ['bob@example.com'] },
    list: 'id;email\n1,23457E+11;ann@example.com\n2,23457E+11;new@example.com\n',
    plan: { ...UNCLEAR, rejected: [2, 3] },
  },
  {
    name: 'one id for all, and it is nobody’s',
    list: 'id,email\nx,ann@example.com\nx,bob@example.com\nx,cat@example.com\n',
    plan: { ...UNCLEAR, rejected: [2, 3, 4] },
  },
  {
    name: 'one id for two, and it is nobody’s',
    list: 'id,email\nu-1,ann@example.com\nx,bob@example.com\nx,cat@example.com\n',
    plan: { ...UNCLEAR, rejected: [3, 4] },
  },
  {
    name: "one member's id for all",
    list: 'id,email\nu-1,ann@example.com\nu-1,bob@example.com\nu-1,cat@example.com\n',
    plan: { ...UNCLEAR, rejected: [2, 3, 4] },
  },
  {
    name: 'faults of a spreadsheet',
    list: 'id,email\nu-1,ann@example.com\n#NAME?,bob@example.com\n',
    plan: { ...UNCLEAR, rejected: [3] },
  },
  {
    name: 'a column that was too narrow',
    list: 'id,email\nu-1,ann@example.com\n####,bob@example.com\n',
    plan: { ...UNCLEAR, rejected: [3] },
  },
  {
    name: 'an id that became a date',
    roster: { MAR1: ['ann@example.com'], b: ['bob@example.com'] },
    list: 'id,email\n1-Mar,ann@example.com\n',
    plan: { ...UNCLEAR, rejected: [2] },
  },
  {
    name: 'ids rounded after 15 digits, by their addresses',
    roster: { '12345678901234567': ['ann@example.com'], '12345678901234589': ['bob@example.com'] },
    list: 'id,email\n12345678901234500,ann@example.com\n12345678901234501,bob@example.com\n',
    plan: NOBODY,
  },
  {
    name: 'an id rounded after 15 digits whose address is new',
    roster: { '12345678901234567': ['ann@example.com'], b: ['bob@example.com'] },
    list: 'id,email\n12345678901234500,new@example.com\nb,bob@example.com\n',
    plan: { rejected: [2] },
  },
  ...(
    [
      ['leading zeros', '007', '7'],
      ['decimals of a data frame', '17', '17.0'],
      ['TRUE', 'true', 'TRUE'],
      ['a space at its end', 'u-9', 'u-9\u00a0'],
      ['an invisible space', 'u-9', 'u-9\u200b'],
      ['an apostrophe', '42', "'42"],
      ['letters of another case', 'U-9', 'u-9'],
      ['letters composed in another way', 'm\u00fcller', 'mu\u0308ller'],
      ['full-width digits', '42', '\uff14\uff12'],
    ] as const
  ).flatMap(([name, id, spoilt]): ListCase[] => [
    {
      name: `${name}, and the address`,
      roster: { [id]: ['x@example.com'] },
      list: `id,email\n${spoilt},x@example.com\n`,
      plan: NOBODY,
    },
    {
      name: `${name}, and another address`,
      roster: { [id]: ['x@example.com'], k: ['k@example.com'] },
      list: `id,email\n${spoilt},y@example.com\nk,k@example.com\n`,
      plan: spoilt.trim() === id ? { update: [id] } : { rejected: [2] },
    },
  ]),
  {
    name: 'long ids that count up, one new and one gone',
    roster: { '1000000000000001': ['ann@example.com'], '1000000000000002': ['bob@example.com'] },
    list: 'id,email\n1000000000000001,ann@example.com\n1000000000000003,cat@example.com\n',
    plan: { add: ['1000000000000003'], remove: ['1000000000000002'] },
  },
  ...(
    [
      ['1e3', '1000'],
      ['1.10', '1.1'],
      ['1000', '1,000'],
      ['1000', '1.000,00'],
      ['1:30', '01:30:00'],
      ['10%', '0.1'],
      ['(5)', '-5'],
      ['3/4', '0.75'],
      ['5-10', '43744'],
      ['true', 'WAHR'],
      ['5', '="005"'],
      ['u-9', 'u\u20139'],
      ["O'Neil", 'O\u2019Neil'],
      ['M\u00fcller', 'M?ller'],
      ['M\u00fcller', 'M\u00c3\u00bcller'],
      ['M\u00fcller', 'Muller'],
      ['\u0410\u043d\u043d\u0430', '????'],
      ['stra\u00dfe', 'STRASSE'],
      ['123456789012345678', '123456789012346000'],
      ['123456789012345678', '123456789012345680'],
    ] as const
  ).map(([id, spoilt]): ListCase => ({
    name: `the id ${id} that became ${spoilt}, and the address`,
    roster: { [id]: ['x@example.com'] },
    list: `id,email\n${quoted(spoilt)},x@example.com\n`,
    plan: NOBODY,
  })),
  {
    name: 'leading zeros, and no addresses',
    roster: { '007': ['ann@example.com'], '010': ['bob@example.com'] },
    list: 'id\n7\n10\n',
    plan: NOBODY,
  },
  {
    name: 'leading zeros, and two who may be meant',
    roster: { '007': ['ann@example.com'], '0007': ['bob@example.com'] },
    list: 'id\n7\n',
    plan: { rejected: [2] },
  },
  {
    name: 'another id, and the address: a member of a new id',
    roster: { 'u-1': ['ann@example.com'], 'u-2': ['bob@example.com'] },
    list: 'id,email\nu-1,ann@example.com\nu-7,bob@example.com\n',
    plan: { add: ['u-7'], remove: ['u-2'] },
  },
  {
    name: 'an id that looks rounded and is one',
    roster: { '1.2E+11': ['ann@example.com'], b: ['bob@example.com'] },
    list: 'id,email\n1.2E+11,ann@example.com\nb,bob@example.com\n',
    plan: NOBODY,
  },
]
