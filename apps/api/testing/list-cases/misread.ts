import { type ListCase, HEAD, ANN, BOB, CAT, OWN, NOBODY, UNCLEAR } from './list-case.ts'

const ANY: ListCase['roster'] = { a: ['jo@ex\u00e4mple.com'], k: ['k@example.com'] }
export const SLIPS: ListCase[] = [
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

export const MISREAD: ListCase[] = [
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
