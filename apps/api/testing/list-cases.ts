/**
 * List in → plan out: what a whole list means beside a roster. A table to extend: a line a case, and what is generated from rules
 * at its end. `put-roster-cases.redis.test.ts` sends each as a dry run and for good.
 */
export interface ListCase {
  name: string
  /** Members by id: address, first and last name. Default: `ROSTER`. */
  roster?: Record<string, [email: string | null, firstName?: string, lastName?: string]>
  /** CSV as text or bytes, or JSON's `members`. */
  list: string | Buffer | Record<string, unknown>[]
  query?: string
  plan: Plan | { refused: RegExp }
}

export interface Plan {
  add?: string[]
  update?: string[]
  remove?: string[]
  /** Of `update`: whose address is cleared. */
  clear?: string[]
  /** A row could mean anybody: held, and nobody removed. */
  unclear?: true
  held?: true
  /** Numbers of the rows that are left out. */
  rejected?: number[]
}

export const ROSTER: NonNullable<ListCase['roster']> = {
  'u-1': ['ann@example.com', 'Ann', 'Lee'],
  'u-2': ['bob@example.com'],
  'u-3': ['cat@example.com'],
}

const HEAD = 'id,email,firstName,lastName\n'
const ANN = 'u-1,ann@example.com,Ann,Lee\n'
const BOB = 'u-2,bob@example.com,,\n'
const CAT = 'u-3,cat@example.com,,\n'
const OWN = HEAD + ANN + BOB + CAT
const APPLES = 'First Name,Last Name,Email\nAnn,Lee,ann@example.com\n,,bob@example.com\n,,Cat@Example.com\n'
const NOBODY: Plan = {}
const UNCLEAR: Plan = { unclear: true, held: true }

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
const people = (count: number, from = 1) => Array.from({ length: count }, (_, at) => from + at)
const crowd = (count: number): NonNullable<ListCase['roster']> =>
  Object.fromEntries(people(count).map((at): [string, [string]] => [`u-${at}`, [`u-${at}@example.com`]]))
const crowdCsv = (rows: number[], toRow = (at: number) => `u-${at},u-${at}@example.com`) =>
  `id,email\n${rows.map(toRow).join('\n')}\n`
const ids = (rows: number[]) => rows.map((at) => `u-${at}`)

const PLAIN: ListCase[] = [
  { name: 'the roster itself', list: OWN, plan: NOBODY },
  { name: 'somebody missing', list: HEAD + ANN + BOB, plan: { remove: ['u-3'] } },
  { name: 'somebody new', list: `${OWN}u-4,dan@example.com,,\n`, plan: { add: ['u-4'] } },
  { name: 'another address', list: OWN.replace('bob@', 'bo@'), plan: { update: ['u-2'] } },
  { name: 'an address of another case', list: OWN.replace('bob@example', 'Bob@Example'), plan: NOBODY },
  { name: 'a new name', list: OWN.replace('Ann', 'Anne'), plan: { update: ['u-1'] } },
  { name: 'nobody', list: HEAD, plan: { remove: ['u-1', 'u-2', 'u-3'], held: true } },
  { name: 'nobody, and it is meant', list: HEAD, query: '?allowEmpty=true', plan: { remove: ['u-1', 'u-2', 'u-3'] } },
  {
    name: 'a crowd that lost most',
    roster: crowd(20),
    list: crowdCsv(people(5)),
    plan: { remove: ids(people(15, 6)), held: true },
  },
  { name: 'the same person twice', list: OWN + BOB, plan: { rejected: [5] } },
]

const FIRST_COLUMNS: ListCase[] = [
  { name: 'nothing but ids', list: 'id\nu-1\nu-2\nu-3\n', plan: NOBODY },
  { name: 'nothing but ids, one missing', list: 'id\nu-1\nu-3\n', plan: { remove: ['u-2'] } },
  {
    name: 'ids and addresses',
    list: 'id,email\nu-1,ann@example.com\nu-2,bob@example.com\nu-3,cat@example.com\n',
    plan: NOBODY,
  },
  { name: 'ids and names', list: 'id,lastName\nu-1,Lee\nu-2,\nu-3,\n', plan: NOBODY },
  { name: 'rows that leave their last cells out', list: 'id,email,firstName,lastName\nu-1\nu-2\nu-3\n', plan: NOBODY },
  {
    name: 'ids and addresses of which one is empty',
    list: OWN.replace('bob@example.com', ''),
    plan: { update: ['u-2'], clear: ['u-2'] },
  },
  {
    name: 'addresses that are all empty',
    list: OWN.replaceAll(/[a-z]+@example\.com/g, ''),
    plan: { update: ['u-1', 'u-2', 'u-3'], clear: ['u-1', 'u-2', 'u-3'], held: true },
  },
  {
    name: 'a crowd of whom most lost the address',
    roster: crowd(20),
    list: crowdCsv(people(20), (at) => (at > 8 ? `u-${at},` : `u-${at},u-${at}@example.com`)),
    plan: { update: ids(people(12, 9)), clear: ids(people(12, 9)), held: true },
  },
  { name: 'JSON with nothing but ids', list: [{ id: 'u-1' }, { id: 'u-2' }, { id: 'u-3' }], plan: NOBODY },
  {
    name: 'JSON that clears a name and an address',
    list: [{ id: 'u-1', lastName: null }, { id: 'u-2', email: null }, { id: 'u-3' }],
    plan: { update: ['u-1', 'u-2'], clear: ['u-2'] },
  },
]

const WITHOUT_IDS: ListCase[] = [
  { name: "App Store Connect's own file", list: APPLES, plan: NOBODY },
  {
    name: "App Store Connect's own file without names",
    list: 'First Name,Last Name,Email\n,,ann@example.com\n,,bob@example.com\n,,cat@example.com\n',
    plan: NOBODY,
  },
  {
    name: 'its further columns',
    list: 'First Name,Last Name,Email,Groups,Status,Sessions\nAnn,Lee,ann@example.com,Gold,Installed,3\n,,bob@example.com,,,\n,,cat@example.com,,,\n',
    plan: NOBODY,
  },
  {
    name: 'three columns without a header',
    list: 'Ann,Lee,ann@example.com\n,,bob@example.com\n,,cat@example.com\n',
    plan: NOBODY,
  },
  { name: 'addresses alone', list: 'ann@example.com\nbob@example.com\ncat@example.com\n', plan: NOBODY },
  {
    name: 'addresses under their name',
    list: 'Email\nann@example.com\nBOB@example.com\ncat@example.com\n',
    plan: NOBODY,
  },
  {
    name: 'addresses before names',
    list: 'ann@example.com,Ann,Lee\nbob@example.com,,\ncat@example.com,,\n',
    plan: NOBODY,
  },
  { name: 'one missing', list: 'email\nann@example.com\nbob@example.com\n', plan: { remove: ['u-3'] } },
  { name: 'one new', list: `${APPLES},,Dan@example.com\n`, plan: { add: ['dan@example.com'] } },
  {
    name: 'a row without an address',
    list: 'First Name,Last Name,Email\nAnn,Lee,ann@example.com\nBob,Ross,\n',
    plan: { ...UNCLEAR, rejected: [3] },
  },
  { name: 'a row with no address at all', list: 'email\nann@example.com\nn/a\n', plan: { ...UNCLEAR, rejected: [3] } },
  {
    name: 'a row with no address, and everybody else',
    list: 'email\nann@example.com\nbob@example.com\ncat@example.com\nn/a\n',
    plan: { rejected: [5] },
  },
  {
    name: 'two members with one address',
    roster: { a: ['x@example.com'], b: ['X@example.com'] },
    list: 'email\nx@example.com\n',
    plan: NOBODY,
  },
  {
    name: 'the same address twice',
    list: 'email\nann@example.com\nbob@example.com\ncat@example.com\nBob@example.com\n',
    plan: { rejected: [5] },
  },
  {
    name: 'names as Apple knows them, which are no better',
    list: 'First Name,Last Name,Email\nAnna,Leigh,ann@example.com\nBob,Ross,bob@example.com\n,,cat@example.com\n',
    plan: NOBODY,
  },
  {
    name: 'two members with one address, and the names of one',
    roster: { a: ['x@example.com', 'Ann'], b: ['x@example.com', 'Bea'] },
    list: 'email,firstName\nx@example.com,Ann\n',
    plan: NOBODY,
  },
  {
    name: 'addresses, beside a member who has none',
    roster: { a: ['x@example.com'], b: [null, 'Bea'] },
    list: 'First Name,Last Name,Email\n,,x@example.com\n',
    plan: NOBODY,
  },
  {
    name: 'JSON without ids',
    list: [{ email: 'ann@example.com' }, { email: 'Bob Ross <bob@example.com>' }, { email: 'dan@example.com' }],
    plan: { add: ['dan@example.com'], remove: ['u-3'] },
  },
  {
    name: 'JSON of which one row has neither id nor address',
    list: [{ id: 'u-1' }, { firstName: 'Bob' }],
    plan: { ...UNCLEAR, rejected: [2] },
  },
  {
    name: 'ids that are addresses of an earlier list',
    roster: { 'ann@example.com': ['ann@example.com'] },
    list: 'email\nann@example.com\n',
    plan: NOBODY,
  },
]

const KEPT_OUT: ListCase[] = [
  { name: 'an address that is none', list: OWN.replace('bob@example.com', 'n/a'), plan: { rejected: [3] } },
  { name: 'no id, and the address', list: OWN.replace('u-2', ''), plan: { rejected: [3] } },
  {
    name: 'no id, and the address dressed',
    list: OWN.replace('u-2,bob@example.com', ',was bob@example.com'),
    plan: { rejected: [3] },
  },
  { name: 'a row of nothing but separators', list: OWN.replace('u-2,bob@example.com', ','), plan: { remove: ['u-2'] } },
  {
    name: 'no id and no address, and a name',
    list: `${HEAD}${ANN}${CAT},,Bob,Ross\n`,
    plan: { ...UNCLEAR, rejected: [4] },
  },
  {
    name: 'two addresses in one cell',
    list: OWN.replace('u-2,bob@example.com', ',cat@example.com / bob@example.com'),
    plan: { rejected: [3] },
  },
  {
    name: 'a row with a cell too many',
    list: `${HEAD}${ANN}u-2,bob@example.com,Ross, Jr,x\n${CAT}`,
    plan: { rejected: [3] },
  },
  {
    name: 'a cell too many that moved the address',
    list: `${HEAD}${ANN}x,Ross, Jr,bob@example.com,\n${CAT}`,
    plan: { rejected: [3] },
  },
  { name: 'a file that ends inside a row', list: `${HEAD}${ANN}u-2,bob@exa`, plan: { ...UNCLEAR, rejected: [3] } },
  {
    name: 'a quote that never closes',
    list: `${HEAD}${ANN}u-2,"bob@example.com,,\n${CAT}`,
    plan: { ...UNCLEAR, rejected: [3] },
  },
  { name: 'a name that is too long', list: OWN.replace('Ann', 'A'.repeat(300)), plan: { rejected: [2] } },
  {
    name: 'nothing usable, all of them told',
    list: 'id,email\nu-1,n/a\nu-2,n/a\nu-3,n/a\n',
    plan: { rejected: [2, 3, 4] },
  },
  {
    name: 'one id with two addresses, the second another member',
    list: `${HEAD}${ANN}u-1,bob@example.com,,\n${CAT}`,
    plan: { rejected: [3] },
  },
]

const SPOILT: ListCase[] = [
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

/** How people, mail programs and spreadsheets write an address; `sure`: there is no doubt which one is meant. */
const DRESSES: [name: string, dress: (email: string) => string, sure: boolean][] = [
  ['a display name', (email) => `Bob Ross <${email}>`, true],
  ['a quoted display name', (email) => `"Ross, Bob" <${email}>`, true],
  ['angle brackets', (email) => `<${email}>`, true],
  ['the address as display name', (email) => `'${email}' <${email}>`, true],
  ['mailto:', (email) => `mailto:${email}`, true],
  ['a link with a subject', (email) => `MAILTO:${email}?subject=Hi`, true],
  ['a label', (email) => `E-mail: ${email}`, true],
  ['a label of Exchange', (email) => `SMTP:${email}`, true],
  ['double quotes', (email) => `"${email}"`, true],
  ['curly quotes', (email) => `\u201c${email}\u201d`, true],
  ['German quotes', (email) => `\u201e${email}\u201c`, true],
  ['guillemets', (email) => `\u00ab${email}\u00bb`, true],
  ['single quotes', (email) => `'${email}'`, true],
  ['an apostrophe', (email) => `'${email}`, true],
  ['a comma', (email) => `${email},`, true],
  ['a semicolon', (email) => `${email};`, true],
  ['a full stop', (email) => `${email}.`, true],
  ['spaces that do not break', (email) => `\u00a0${email}\u00a0`, true],
  ['an ideographic space', (email) => `${email}\u3000`, true],
  ['a zero-width space', (email) => `${email}\u200b`, true],
  ['a zero-width space inside', (email) => email.replace('@', '\u200b@'), true],
  ['a byte order mark', (email) => `\ufeff${email}`, true],
  ['a soft hyphen', (email) => email.replace('example', 'exam\u00adple'), true],
  ['marks of direction', (email) => `\u202a${email}\u202c`, true],
  ['a full-width @', (email) => email.replace('@', '\uff20'), true],
  [
    'full-width letters',
    (email) => email.replaceAll(/./g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    true,
  ],
  ['entities of HTML', (email) => `&lt;${email.replace('@', '&#64;')}&gt;`, true],
  ['capitals', (email) => email.toUpperCase(), true],
  ['a line break', (email) => `${email}\n`, true],
  ['a remark', (email) => `${email} (old)`, false],
  ['words before it', (email) => `was ${email}`, false],
  ['a name before it', (email) => `Bob Ross ${email}`, false],
  ['a second address', (email) => `${email}; other@example.org`, false],
  ['two addresses with a slash', (email) => `other@example.org/${email}`, false],
  ['a bracket that does not close', (email) => `Bob <${email}`, false],
  ['(at)', (email) => email.replace('@', ' (at) '), false],
  ['at and dot', (email) => email.replace('@', ' at ').replace('.', ' dot '), false],
  ['spaces around the @', (email) => email.replace('@', ' @ '), false],
  ['a slash', (email) => `/${email}`, false],
  ['a slash at its end', (email) => `${email}/`, false],
  ['an equals sign', (email) => `=${email}`, false],
  ['a sign before it', (email) => `-${email}`, false],
  ['a picture before it', (email) => `\u{1f4e7}${email}`, false],
  ['a subject without mailto', (email) => `${email}?subject=Hi`, false],
  ['two full stops', (email) => email.replace('.', '..'), false],
  ['a full stop before the @', (email) => email.replace('@', '.@'), false],
  ['the number of a footnote', (email) => `${email}1`, false],
  ['a Cyrillic letter', (email) => email.replace('o', '\u043e'), false],
  ['a Greek letter', (email) => email.replace('o', '\u03bf'), false],
  ['a link with slashes', (email) => `mailto://${email}`, true],
  ['a space before its ending', (email) => email.replace('.com', ' .com'), false],
  ['a comma in its domain', (email) => email.replace('.', ','), false],
  ['brackets around its signs', (email) => email.replace('@', '[@]').replace('.', '[.]'), false],
  ['(a)', (email) => email.replace('@', '(a)'), false],
  ['_at_', (email) => email.replace('@', '_at_'), false],
  ['%40', (email) => email.replace('@', '%40'), false],
  ['quotes around its name', (email) => `"${email.replace('@', '"@')}`, false],
  ['a formula', (email) => `=HYPERLINK("mailto:${email}","${email}")`, false],
  ['a formula of parts', (email) => `="${email.replace('@', '"&"@"&"')}"`, false],
  ['a link of Access', (email) => `${email}#mailto:${email}#`, false],
  ['a link of Markdown', (email) => `[${email}](mailto:${email})`, false],
  ['a link of HTML', (email) => `<a href="mailto:${email}">${email}</a>`, false],
]

const DRESSED = DRESSES.flatMap(([name, dress, sure]): ListCase[] => {
  const cell = quoted(dress('bob@example.com'))
  return [
    {
      name: `an address with ${name}, beside an id`,
      list: OWN.replace('bob@example.com', cell),
      plan: sure ? NOBODY : { rejected: [3] },
    },
    {
      name: `an address with ${name}, without ids`,
      list: `email,firstName\nann@example.com,Ann\n${cell},\ncat@example.com,\n`,
      plan: sure ? NOBODY : { rejected: [3] },
    },
  ]
})

const ANY: ListCase['roster'] = { a: ['jo@ex\u00e4mple.com'], k: ['k@example.com'] }
const SLIPS: ListCase[] = [
  {
    name: 'an address by the name of its domain in the DNS',
    roster: ANY,
    list: 'email\njo@xn--exmple-cua.com\nk@example.com\n',
    plan: { rejected: [2] },
  },
  {
    name: 'an odd address that is put right',
    roster: { a: ['jo.@example.com'], k: ['k@example.com'] },
    list: 'id,email\na,jo@example.com\nk,k@example.com\n',
    plan: { update: ['a'] },
  },
  {
    name: 'an odd address of somebody new',
    list: 'email\nann@example.com\nbob@example.com\ncat@example.com\n-dan@example.com\n',
    plan: { add: ['-dan@example.com'] },
  },
  {
    name: 'a tag, which makes another address',
    list: 'email\nann@example.com\nbob+x@example.com\ncat@example.com\n',
    plan: { add: ['bob+x@example.com'], remove: ['u-2'] },
  },
  {
    name: 'a row of which nothing but a broken address is left',
    list: 'email\nann@example.com\nfoo@bar\tbaz\n',
    plan: { ...UNCLEAR, rejected: [3] },
  },
]

const MISREAD: ListCase[] = [
  { name: 'addresses under the header id', list: 'id\nann@example.com\nBob@example.com\n', plan: { remove: ['u-3'] } },
  {
    name: 'addresses under id and email alike',
    list: 'id,email\nann@example.com,ann@example.com\nbob@example.com,bob@example.com\n',
    plan: { remove: ['u-3'] },
  },
  {
    name: 'an address under id, and none under email',
    list: 'id,email\nann@example.com,\nu-2,bob@example.com\nu-3,cat@example.com\n',
    plan: NOBODY,
  },
  {
    name: 'names and addresses without a header',
    list: 'Ann Lee,ann@example.com\nBob Ross,bob@example.com\n',
    plan: { remove: ['u-3'] },
  },
  {
    name: 'a title above the header',
    list: `Members of Gold,,,\n\n${OWN}`,
    plan: NOBODY,
  },
  {
    name: 'a title above a header in another order',
    list: 'Gold\nExported yesterday\nlastName,email,id\nLee,ann@example.com,u-1\n,bob@example.com,u-2\n',
    plan: { remove: ['u-3'] },
  },
  {
    name: 'a title above columns by other names',
    list: 'Members of Gold\nNr,Mail\nu-1,ann@example.com\nu-2,bob@example.com\nu-3,cat@example.com\n',
    query: '?columns=id:Nr,email:Mail',
    plan: NOBODY,
  },
  {
    name: 'rows with another separator than the header',
    list: HEAD + (ANN + BOB + CAT).replaceAll(',', ';'),
    plan: { rejected: [2, 3, 4] },
  },
  {
    name: 'rows that are quoted as a whole',
    list: `${HEAD}"u-1,ann@example.com,Ann,Lee"\n${BOB}"u-3,cat@example.com,,"\n`,
    plan: { rejected: [2, 4] },
  },
  { name: 'all in one line', list: 'ann@example.com, bob@example.com', plan: { refused: /several addresses/ } },
  {
    name: 'all in one line with names',
    list: 'Ann Lee <ann@example.com>; Bob <bob@example.com>',
    plan: { refused: /several addresses/ },
  },
  {
    name: 'two a line',
    list: 'ann@example.com,bob@example.com\ncat@example.com,dan@example.com\n',
    plan: { refused: /several addresses/ },
  },
  {
    name: 'the encoding of Japanese Windows',
    list: Buffer.concat([Buffer.from('id,firstName\nu-1,'), Buffer.from([0x91, 0xbe, 0x98, 0x59]), Buffer.from('\n')]),
    plan: { refused: /not plain which other encoding/ },
  },
]

const COLUMNS: ListCase[] = [
  {
    name: 'columns by other names',
    list: 'Record ID,E-mail,City\nu-1,ann@example.com,Rome\nu-2,bob@example.com,\nu-3,cat@example.com,\n',
    query: '?columns=id:Record%20ID,email:E-mail',
    plan: NOBODY,
  },
  {
    name: 'the id alone by another name',
    list: 'Nr.;Ort\nu-1;Rom\nu-3;Köln\n',
    query: '?columns=id:Nr.',
    plan: { remove: ['u-2'] },
  },
  {
    name: 'a name that holds a comma',
    list: '"Mail, private",Name\nann@example.com,x\nbob@example.com,\ncat@example.com,\n',
    query: '?columns=email:Mail,%20private',
    plan: NOBODY,
  },
  {
    name: 'a column that is not there',
    list: OWN,
    query: '?columns=id:Nummer',
    plan: { refused: /"Nummer".*"id", "email"/ },
  },
  { name: 'a field that is none', list: OWN, query: '?columns=name:id', plan: { refused: /"name:id"/ } },
  {
    name: 'neither id nor address',
    list: OWN,
    query: '?columns=firstName:firstName',
    plan: { refused: /id or the email/ },
  },
  {
    name: 'names that mean nothing',
    list: 'Record ID,E-mail,Plan\nu-1,ann@example.com,x\n',
    plan: { refused: /"Record ID".*"Plan".*Expected are id, email/ },
  },
  {
    name: 'a header in another language',
    list: 'Kennung;Adresse\nu-1;ann@example.com\n',
    plan: { refused: /"Kennung".*"Adresse"/ },
  },
  {
    name: 'names that mean nothing, and no address anywhere',
    list: 'Nr.,Plan,Ort\n1,2,3\n',
    plan: { refused: /"Plan".*"Ort".*Expected are id, email/ },
  },
  { name: 'one column of words', list: 'empty text\nfoo\n', plan: { refused: /"empty text"/ } },
  { name: 'ids that no header calls so', list: 'u-1\nu-2\n', plan: { refused: /"u-1".*Expected are id, email/ } },
  { name: 'nothing but columns that are ignored', list: 'Status,Build\nx,y\n', plan: { refused: /^Expected are id/ } },
  {
    name: 'ids without a header, by their place',
    list: 'u-1\nu-2\n',
    query: '?columns=id:%231',
    plan: { remove: ['u-3'] },
  },
  {
    name: 'a column twice',
    list: 'id,email,E-Mail\nu-1,ann@example.com,x@example.com\n',
    plan: { refused: /Duplicate column "E-Mail"/ },
  },
  {
    name: 'a workbook',
    list: Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(200, 200)]),
    plan: { refused: /workbook.*Save it as CSV/ },
  },
  { name: 'a web page', list: '<!DOCTYPE html><html><table></table></html>', plan: { refused: /web page/ } },
  { name: 'JSON that says it is CSV', list: '{"members":[]}', plan: { refused: /JSON/ } },
]

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

export const LIST_CASES: ListCase[] = [
  ...PLAIN,
  ...FIRST_COLUMNS,
  ...WITHOUT_IDS,
  ...KEPT_OUT,
  ...SPOILT,
  ...DRESSED,
  ...SLIPS,
  ...MISREAD,
  ...COLUMNS,
]
