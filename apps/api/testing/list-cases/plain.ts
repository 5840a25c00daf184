import {
  type ListCase,
  HEAD,
  ANN,
  BOB,
  CAT,
  OWN,
  APPLES,
  NOBODY,
  UNCLEAR,
  people,
  crowd,
  crowdCsv,
  ids,
} from './list-case.ts'

export const PLAIN: ListCase[] = [
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

export const FIRST_COLUMNS: ListCase[] = [
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

export const WITHOUT_IDS: ListCase[] = [
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

export const KEPT_OUT: ListCase[] = [
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
