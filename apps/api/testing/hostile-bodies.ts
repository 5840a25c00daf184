/** Bodies that cost their sender nothing and whoever reads them without looking much. Used by the tests and by `bench`. */
export interface HostileBody {
  name: string
  method: string
  path: string
  type: string
  body: Buffer
  withToken: boolean
  /** One of these is the answer. */
  statuses: readonly number[]
}

const MEGABYTE = 1024 * 1024 - 1_024
const JSON_TYPE = 'application/json'

const repeat = (part: string, bytes: number) => part.repeat(Math.floor(bytes / part.length))
const numbered = (count: number, of: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => of(at)).join(',')

/** What JSON can look like at its worst, up to so many bytes. */
function shapes(bytes: number): [string, string][] {
  const keys = Math.floor(bytes / 14)
  return [
    ['nested arrays', '['.repeat(bytes)],
    ['nested objects', repeat('{"a":', bytes)],
    ['empty arrays', `[${repeat('[],', bytes)}[]]`],
    ['unknown keys', `{${numbered(keys, (at) => `"k${at}":0`)}}`],
    ['the same key over and over', `{${repeat('"a":1,', bytes)}"a":1}`],
    ['odd numbers', `[${repeat('1e999,-0,1E-400,', bytes)}0]`],
    ['one long text', `"${'x'.repeat(bytes)}"`],
    ['one long key', `{"${'x'.repeat(bytes)}":1}`],
    ['escapes', `"${'\\u0000'.repeat(bytes / 6)}"`],
    ['quotes', `"${'\\"'.repeat(bytes / 2)}`],
    ['texts of escapes', `[${repeat(`"${'\\u0000'.repeat(10_000)}",`, bytes)}""]`],
    ['line ends', '\n'.repeat(bytes)],
    ['line ends and no JSON', `${'\n'.repeat(bytes)}x`],
    ['no JSON in the end', `[${repeat('1 ,', bytes)}x]`],
  ]
}

/** At every place that takes a body, without a token where none is needed. */
export function makeHostileBodies(): HostileBody[] {
  const anonymous = shapes(MEGABYTE).flatMap(([name, text]) =>
    [
      { name: `${name}, on a path that is none`, method: 'POST', path: '/none', statuses: [404] },
      { name: `${name}, as a form of a page`, method: 'POST', path: '/login', statuses: [415] },
      { name: `${name}, as a payload of no source`, method: 'POST', path: '/v1/sources/none/receive', statuses: [404] },
      { name: `${name}, as an event of nobody`, method: 'POST', path: '/v1/events', statuses: [401] },
    ].map((one) => ({ ...one, type: JSON_TYPE, body: Buffer.from(text), withToken: false })),
  )
  const others: HostileBody[] = [
    {
      name: 'Apple’s webhook',
      method: 'POST',
      path: '/v1/apple-webhooks/none',
      type: JSON_TYPE,
      body: Buffer.from('['.repeat(60_000)),
      withToken: false,
      statuses: [404],
    },
    {
      name: 'a form of many fields',
      method: 'POST',
      path: '/login',
      type: 'application/x-www-form-urlencoded',
      body: Buffer.from(repeat('a=1&', 128_000)),
      withToken: false,
      statuses: [400],
    },
    {
      name: 'a form with a file where none belongs',
      method: 'POST',
      path: '/login',
      type: 'multipart/form-data; boundary=x',
      body: Buffer.from(repeat('--x\r\n', 4 * MEGABYTE)),
      withToken: false,
      statuses: [415],
    },
  ]
  const known = shapes(MEGABYTE).flatMap(([name, text]) =>
    [
      { name: `${name}, as a roster`, method: 'PUT', path: '/v1/rosters/x', statuses: [400] },
      { name: `${name}, as a member`, method: 'PUT', path: '/v1/rosters/gold/members/u', statuses: [400] },
      { name: `${name}, as a token`, method: 'POST', path: '/v1/tokens', statuses: [400] },
    ].map((one) => ({ ...one, type: JSON_TYPE, body: Buffer.from(text), withToken: true })),
  )
  const scim = (
    [
      [256 * 1024 - 1_024, 'POST', '/scim/v2/Users'],
      [2 * MEGABYTE, 'POST', '/scim/v2/Groups'],
    ] as const
  ).flatMap(([bytes, method, path]) =>
    shapes(bytes).map(([name, text]) => ({
      name: `${name}, to ${path}`,
      method,
      path,
      type: 'application/scim+json',
      body: Buffer.from(text),
      withToken: true,
      statuses: [400, 413],
    })),
  )
  const events = shapes(4 * MEGABYTE).map(([name, text]) => ({
    name: `${name}, as events`,
    method: 'POST',
    path: '/v1/events',
    type: JSON_TYPE,
    body: Buffer.from(text),
    withToken: true,
    statuses: [400, 413, 422],
  }))
  const item = (text: string) => `{"type":"member.joined","data":{"roster":"gold","member":${text}}}`
  const batches: [string, string][] = [
    ['a batch with faults in each', `[${numbered(1_000, () => item(`{${numbered(80, (at) => `"k${at}":[]`)}}`))}]`],
    ['a batch with long ids', `[${numbered(1_000, (at) => item(`{"id":"${'i'.repeat(3_000)}${at}"}`))}]`],
    ['a batch of twice the same', `[${numbered(1_000, () => item(`{${repeat('"id":"a",', 3_000)}"id":"a"}`))}]`],
  ]
  const cells: [string, string][] = [
    ['a gap', `a${' '.repeat(60_000)}b@example.com`],
    ['one word', 'a'.repeat(60_000)],
    ['signs', '@'.repeat(60_000)],
    ['words and signs', 'aaaaaaaa@'.repeat(6_500)],
    ['brackets', '< '.repeat(30_000)],
    ['labels', 'mailto:'.repeat(8_000)],
    ['entities', '&#64;'.repeat(12_000)],
    ['quotes', "'’".repeat(15_000)],
  ]
  const lists: [string, string][] = [
    ...shapes(8 * MEGABYTE).flatMap(([name, text]): [string, string][] => [
      [`${name}, as a list`, text],
      [`${name}, as the members of a list`, `{"members":${text}}`],
      [`${name}, in a row of a list`, `{"members":[${text}]}`],
    ]),
    ['a list of nobody many times over', `{"members":[${repeat('{},', 8 * MEGABYTE)}{}]}`],
    [
      'a list with unknown fields in each row',
      `{"members":[${numbered(90_000, (at) => `{"id":"u-${at}","x":1,"y":2}`)}]}`,
    ],
    ['a list of bad addresses', `{"members":[${numbered(90_000, (at) => `{"id":"u-${at}","email":"@@"}`)}]}`],
    ...cells.map(([name, cell]): [string, string] => [
      `a list of addresses that are ${name}`,
      `{"members":[${numbered(130, (at) => `{"id":"u-${at}","email":"${cell}"}`)}]}`,
    ]),
    [
      'a list of ids with three addresses each',
      `{"members":[${numbered(90_000, (at) => `{"id":"u-${at % 30_000}","email":"<p.${at}@b.test>,"}`)}]}`,
    ],
    [
      'a list of many addresses in each row',
      `{"members":[${numbered(25_000, (at) => `{"id":"u-${at}","email":"${numbered(38, (cell) => `${(at * 38 + cell).toString(36)}@b`).replaceAll(',', ' ')}"}`)}]}`,
    ],
    ['a list of one person', `{"members":[${numbered(90_000, () => '{"id":"u-1"}')}]}`],
  ]
  // What may be many addresses, in as many cells as a row has room for.
  const dressed = `${'(at)'.repeat(125)}x${'\u3002'.repeat(480)}@b`.replaceAll(',', '').slice(0, 999)
  const wide = `u-1,@@,${numbered(60, () => dressed)}\n`
  const csv: [string, string][] = [
    ['rows whose every cell may name anybody', `id,email,${numbered(60, (at) => `c${at}`)}\n${repeat(wide, MEGABYTE)}`],
    ['the same without a header', repeat(wide, MEGABYTE)],
    ['a quote that never closes', `id,email\n"${'x,\n'.repeat(2 * MEGABYTE)}`],
    ['separators', ','.repeat(8 * MEGABYTE)],
    ['wide rows', repeat(`${'x,'.repeat(30_000)}\n`, 8 * MEGABYTE)],
    ['wide rows of nothing', repeat(`${','.repeat(60_000)}\n`, 8 * MEGABYTE)],
    ['quoted wide rows', repeat(`${'"",'.repeat(20_000)}\n`, 8 * MEGABYTE)],
    ...cells.flatMap(([name, cell]): [string, string][] => [
      [`addresses that are ${name}`, `id,email\n${numbered(130, (at) => `u-${at},${cell}\n`).replaceAll('\n,', '\n')}`],
      [`a header of ${name}`, `${cell},x\n${repeat('ann@example.com,1\n', 1_000)}`],
    ]),
    ['a header of digits', `${'a'.repeat(60_000)}1,x\n${repeat('1,ann@example.com\n', 1_000)}`],
    ['blank lines', '\n'.repeat(8 * MEGABYTE)],
    ['rows shorter than the header', `id,email\n${repeat('a\n', 8 * MEGABYTE)}`],
    ['rows longer than the header', `id,email\n${repeat(`${'a,'.repeat(40)}\n`, 8 * MEGABYTE)}`],
    ['blank lines behind a header', `id,email\n${'\n'.repeat(8 * MEGABYTE)}`],
    ['quotes', `id,email\n${repeat('"a""b",\n', 2 * MEGABYTE)}`],
    ['bad rows', `id,email\n${repeat('\u0001,@@\n', 90_000 * 5)}`],
  ]
  // Behind much that is cheap, so that it is read in large pieces.
  const western = `id,email\n${'\n'.repeat(4 * MEGABYTE)}${'\u00e9'.repeat(60_000)}${'a'.repeat(70_000)}`
  const westernCsv = [['letters that are no UTF-8, in a row', Buffer.from(western, 'latin1')]] as const
  const list = { method: 'PUT', path: '/v1/rosters/gold/members?dryRun=true', withToken: true }
  return [
    ...anonymous,
    ...others,
    ...known,
    ...scim,
    ...events,
    ...batches.map(([name, text]) => ({
      name,
      method: 'POST',
      path: '/v1/events',
      type: JSON_TYPE,
      body: Buffer.from(text),
      withToken: true,
      statuses: [202, 400, 422],
    })),
    ...lists.map(([name, text]) => ({
      ...list,
      name,
      type: JSON_TYPE,
      body: Buffer.from(text),
      statuses: [200, 400, 413],
    })),
    ...[...csv.map(([name, text]) => [name, Buffer.from(text)] as const), ...westernCsv].map(([name, body]) => ({
      ...list,
      name: `${name}, as CSV`,
      type: 'text/csv',
      body,
      statuses: [200, 400, 413],
    })),
  ]
}
