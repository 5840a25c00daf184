import { mkdtemp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportFiles } from './export-files.ts'
import { FileFaults } from './faults.ts'
import schema from './flightroster.schema.json' with { type: 'json' }
import type { Fields, Kind, ServerState } from './kinds.ts'
import { makePlan, type Plan } from './make-plan.ts'
import { readWanted } from './read-files.ts'

const KEY = 'kind: teamKey\nid: acme\nissuerId: iss\nkeyId: K1\nprivateKey: { file: AuthKey_K1.p8 }\n'
const GOLD = `# People who pay for gold.
kind: roster
id: gold
teamKey: acme   # the company's
app: { bundleId: com.acme.app }
group:
  name: Beta – Gold
  create: true
removalGuard: { percent: 30 } # more than most
`

async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flightroster-files-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

function serverOf(items: Partial<Record<Kind, Record<string, Fields>>> = {}, drift = 0): ServerState {
  const of = (kind: Kind) => new Map(Object.entries(items[kind] ?? {}).map(([id, fields]) => [id, { fields, drift }]))
  return {
    teamKey: of('teamKey'),
    roster: of('roster'),
    webhook: of('webhook'),
    notice: of('notice'),
    source: of('source'),
  }
}

const defaults = Object.entries(schema.definitions.roster.properties).flatMap(([name, field]) =>
  'default' in field ? [[name, field.default] as const] : [],
)
/** Whatever settings there are by now, as the API has them unless told. */
const ROSTER: Fields = {
  ...Object.fromEntries(defaults),
  teamKey: 'acme',
  app: { id: '1', bundleId: 'com.acme.app' },
  group: { id: 'g-1', name: 'Beta – Gold' },
  removalGuard: { percent: 30, atLeast: 10 },
}
const SERVER = { teamKey: { acme: { issuerId: 'iss', keyId: 'K1' } }, roster: { gold: ROSTER } }
const OPTIONS = { prune: false, sendSecrets: false }

async function planOf(files: Record<string, string>, server: ServerState, options = OPTIONS): Promise<Plan> {
  return makePlan(await readWanted(await folderOf(files)), server, options)
}

async function faultsOf(files: Record<string, string>, server = serverOf(SERVER)): Promise<string[]> {
  const error: unknown = await planOf(files, server).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FileFaults)) throw new Error(`Not the faults of files: ${String(error)}`)
  return error.faults.map(({ file, line, column, detail }) => `${file.split('/').at(-1)}:${line}:${column}: ${detail}`)
}

const told = ({ changes }: Plan) =>
  changes.map(({ kind, id, action, fields }) => [
    `${action} ${kind} ${id}`,
    ...fields.map(({ path, to }) => `${path.join('.')}=${JSON.stringify(to)}`),
  ])

describe('a plan', () => {
  it('makes what is not there, what is referred to first', async () => {
    const plan = await planOf({ 'a.yaml': `${GOLD}---\n${KEY}` }, serverOf())
    expect(told(plan).map(([name]) => name)).toEqual(['create teamKey acme', 'create roster gold'])
    expect(told(plan)[0]).toContain('privateKey="(from AuthKey_K1.p8)"')
  })

  it('is empty where the server is as the files say, defaults and the order of lists included', async () => {
    const hook = 'kind: webhook\nid: crm\nurl: https://crm.example.com/\ntypes: [roster.held, "member.*"]\n'
    const webhook = {
      crm: {
        url: 'https://crm.example.com/',
        types: ['member.*', 'roster.held'],
        rosters: null,
        includeEmail: false,
        includeLink: false,
      },
    }
    const plan = await planOf({ 'a.yaml': KEY, 'b/c.yml': GOLD, 'hook.yaml': hook }, serverOf({ ...SERVER, webhook }))
    expect(told(plan)).toEqual([])
    expect(plan.unchanged).toBe(3)
  })

  it('sends the target of a notice where something of it changes: the server shows it masked', async () => {
    const ops =
      'kind: notice\nid: ops\nnoticeKind: slack\ntarget: { env: SLACK_URL }\ntypes: [roster.held]\nrosters: [gold]\n'
    const files = { 'a.yaml': `${KEY}---\n${GOLD}`, 'ops.yaml': ops }
    const fresh = await planOf(files, serverOf(SERVER))
    expect(told(fresh).map(([name]) => name)).toEqual(['create notice ops'])
    expect(told(fresh)[0]).toContain('target="(from the variable SLACK_URL)"')
    const there = { ops: { noticeKind: 'slack', types: ['roster.held'], rosters: ['gold'] } }
    expect(told(await planOf(files, serverOf({ ...SERVER, notice: there })))).toEqual([])
    const other = { ops: { ...there.ops, rosters: null } }
    expect(told(await planOf(files, serverOf({ ...SERVER, notice: other })))[0]).toContain(
      'target="(from the variable SLACK_URL)"',
    )
  })

  it('names the very field that differs, and nothing else', async () => {
    const changed = { ...ROSTER, removalGuard: { percent: 20, atLeast: 10 }, builds: 'automatic' }
    const plan = await planOf({ 'a.yaml': `${KEY}---\n${GOLD}` }, serverOf({ ...SERVER, roster: { gold: changed } }))
    expect(told(plan)).toEqual([['update roster gold', 'removalGuard.percent=30', 'builds="manual"']])
    expect(plan.changes[0]?.fields[0]?.from).toBe(20)
  })

  it('says what no file has, and testers whom nobody put there; deletes only with prune, in the opposite order', async () => {
    const server = serverOf(
      {
        ...SERVER,
        roster: { gold: ROSTER, old: ROSTER },
        teamKey: { ...SERVER.teamKey, former: { issuerId: 'i', keyId: 'K0' } },
      },
      2,
    )
    const files = { 'a.yaml': `${KEY}---\n${GOLD}` }
    const plan = await planOf(files, server)
    expect(told(plan)).toEqual([])
    expect(plan.unlisted).toEqual([
      { kind: 'teamKey', id: 'former' },
      { kind: 'roster', id: 'old' },
    ])
    expect(plan.drift).toEqual([
      { roster: 'gold', testers: 2 },
      { roster: 'old', testers: 2 },
    ])
    const pruned = await planOf(files, server, { ...OPTIONS, prune: true })
    expect(told(pruned)).toEqual([['delete roster old'], ['delete teamKey former']])
  })

  it('sends secrets when a thing is new, when it has to, and when asked', async () => {
    const source = 'kind: source\nid: shop\nsourceKind: stripe\nsecret: { env: SHOP }\nrosters: { "*": gold }\n'
    const files = { 'a.yaml': `${KEY}---\n${GOLD}---\n${source}` }
    const there = { ...SERVER, source: { shop: { sourceKind: 'stripe', rosters: { '*': 'gold' } } } }
    expect(told(await planOf(files, serverOf(SERVER)))[0]).toContain('secret="(from the variable SHOP)"')
    expect(told(await planOf(files, serverOf(there)))).toEqual([])
    const asked = await planOf(files, serverOf(there), { ...OPTIONS, sendSecrets: true })
    expect(told(asked).map(([name]) => name)).toEqual(['update teamKey acme', 'update source shop'])
    const rotated = serverOf({ ...there, teamKey: { acme: { issuerId: 'iss', keyId: 'K0' } } })
    expect(told(await planOf(files, rotated))).toEqual([
      ['update teamKey acme', 'keyId="K1"', 'privateKey="(from AuthKey_K1.p8)"'],
    ])
  })

  it('of 200 rosters against 200 takes a moment', async () => {
    const ids = Array.from({ length: 200 }, (_, at) => `r-${at}`)
    const text = ids.map((id) => GOLD.replace('id: gold', `id: ${id}`)).join('---\n')
    const roster = Object.fromEntries(ids.map((id) => [id, ROSTER]))
    const begun = process.cpuUsage()
    const plan = await planOf({ 'a.yaml': `${KEY}---\n${text}` }, serverOf({ ...SERVER, roster }))
    expect(plan.unchanged).toBe(201)
    expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000)
  })
})

describe('a fault', () => {
  it.each([
    ['a slip in a field', `${GOLD}buidls: manual\n`, 'a.yaml:10:1: There is no field "buidls" here; is it "builds"?'],
    [
      'a slip inside',
      GOLD.replace('percent', 'precent'),
      'a.yaml:9:17: There is no field "precent" here; is it "percent"?',
    ],
    ['a wrong word', `${GOLD}builds: sometimes\n`, 'a.yaml:10:9: "builds" is one of automatic, manual.'],
    ['a missing field', GOLD.replace('teamKey: acme ', ' '), 'a.yaml:2:1: "teamKey" is missing.'],
    [
      'a number for a text',
      GOLD.replace('id: gold', 'id: 42'),
      'a.yaml:3:5: "id" must be a string; put it into quotes.',
    ],
    [
      'a choice that is none',
      GOLD.replace('{ bundleId: com.acme.app }', 'com.acme.app'),
      'a.yaml:5:6: "app" must be { bundleId } or { id }.',
    ],
    [
      'an unknown kind',
      'kind: rooster\nid: gold\n',
      'a.yaml:1:7: "kind" is one of teamKey, roster, webhook, notice, source.',
    ],
    ['a list', '- kind: roster\n', 'a.yaml:1:1: A document is a list of fields: kind, id, and those of its PUT.'],
    [
      'a secret in the open',
      KEY.replace('{ file: AuthKey_K1.p8 }', 'abc'),
      'a.yaml:5:13: "privateKey" must be { file } or { env }.',
    ],
    [
      'a team key that is nowhere',
      GOLD.replace('teamKey: acme', 'teamKey: acne'),
      'a.yaml:4:10: There is no team key "acne", in these files or on the server.',
    ],
    [
      'another app',
      GOLD.replace('com.acme.app', 'com.acme.other'),
      'a.yaml:5:6: The app of a roster cannot be changed. Make a new roster, then delete this one.',
    ],
    [
      'a roster that is nowhere',
      'kind: webhook\nid: crm\nurl: https://x.example.com\ntypes: ["*"]\nrosters: [gold, slver]\n',
      'a.yaml:5:17: There is no roster "slver", in these files or on the server.',
    ],
  ])('of %s names line and column', async (_, text, fault) => {
    expect(await faultsOf({ 'a.yaml': text })).toEqual([fault])
  })

  it('of the YAML itself names line and column, and all faults of all files come at once', async () => {
    const faults = await faultsOf({
      'a.yaml': 'kind: roster\nid: [gold\n',
      'b.yaml': `${GOLD}x: 1\n`,
      'c.yaml': 'kind: roster\nkind: roster\n',
    })
    expect(faults.map((fault) => /^([a-z]).yaml:(\d+):(\d+)/.exec(fault)?.slice(1).join(' '))).toEqual(
      expect.arrayContaining(['b 10 1', 'c 2 1']),
    )
    expect(faults.some((fault) => fault.startsWith('a.yaml:'))).toBe(true)
  })

  it('of two documents with one name says where the other is', async () => {
    expect(await faultsOf({ 'a.yaml': GOLD, 'b.yaml': GOLD })).toEqual([
      expect.stringMatching(/^b\.yaml:3:5: roster gold stands in .*a\.yaml:3 as well\.$/),
    ])
  })

  it('of a new thing without its secret is told before anything is sent', async () => {
    expect(await faultsOf({ 'a.yaml': KEY.replace(/privateKey.*/, '') }, serverOf())).toEqual([
      `a.yaml:2:5: "privateKey" is missing: it is new, and a team key can't be put without.`,
    ])
  })
})

describe('an export', () => {
  const everything = serverOf({
    ...SERVER,
    webhook: {
      crm: {
        url: 'https://crm.example.com/',
        types: ['member.*'],
        rosters: ['gold'],
        includeEmail: true,
        includeLink: false,
      },
    },
    source: {
      shop: { sourceKind: 'stripe', rosters: { price_1: 'gold', 'a.b': 'gold' } },
      forum: {
        sourceKind: 'generic',
        rosters: {},
        signature: { header: 'X-Sig', algorithm: 'sha1', encoding: 'hex', prefix: 'sha1=' },
        map: '$',
      },
    },
  })

  it('then a plan shows nothing; an export again writes nothing new', async () => {
    const folder = await folderOf({})
    await exportFiles(everything, folder)
    const plan = makePlan(await readWanted(folder), everything, { prune: true, sendSecrets: false })
    expect(told(plan)).toEqual([])
    expect(plan.unchanged).toBe(5)
    const gold = await readFile(join(folder, 'rosters/gold.yaml'), 'utf8')
    expect(gold).toContain('# yaml-language-server: $schema=../flightroster.schema.json')
    expect(gold).not.toContain('reconcileEveryMinutes')
    const again = await exportFiles(everything, folder)
    expect(again.written).toEqual([join(folder, 'flightroster.schema.json')])
  })

  it('brings a file up to date in its place, comments and references to secrets kept', async () => {
    const folder = await folderOf({ 'all.yaml': `${KEY}---\n${GOLD}` })
    const server = serverOf({
      ...SERVER,
      teamKey: { acme: { issuerId: 'iss', keyId: 'K2' } },
      roster: { gold: { ...ROSTER, builds: 'automatic', removalGuard: { percent: 40, atLeast: 10 } } },
    })
    await exportFiles(server, folder)
    const text = await readFile(join(folder, 'all.yaml'), 'utf8')
    expect(text).toContain('# People who pay for gold.')
    expect(text).toContain("teamKey: acme # the company's")
    expect(text).toContain('percent: 40')
    expect(text).toContain('# more than most')
    expect(text).toContain('builds: automatic')
    expect(text).toContain('keyId: K2')
    expect(text).toContain('file: AuthKey_K1.p8')
    expect(told(makePlan(await readWanted(folder), server, OPTIONS))).toEqual([])
  })

  it('leaves what is not on the server any more, and says so', async () => {
    const folder = await folderOf({ 'all.yaml': `${KEY}---\n${GOLD}` })
    const { gone } = await exportFiles(serverOf({ teamKey: SERVER.teamKey }), folder)
    expect(gone.map(({ id }) => id)).toEqual(['gold'])
    expect(await readFile(join(folder, 'all.yaml'), 'utf8')).toContain('id: gold')
  })
})
