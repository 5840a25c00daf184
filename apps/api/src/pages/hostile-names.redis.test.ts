import { NOTHING_OBSERVED } from '@flightroster/core/domain'
import { createLaneStore, laneKeys, writeLaneStanding } from '@flightroster/core/store'
import { signStripe } from '@flightroster/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../testing/apple.ts'
import { connectScim } from '../../testing/scim.ts'
import { makeDashboard, visit, type Visitor } from '../../testing/visitor.ts'

/** In every place where a name or a text comes from Apple, from upstream or from a person: a tag, an attribute, a script. */
const EVIL = `" onevil=1 '"'><evil-tag onevil=1>\${evil}</title></textarea></script><!-- href="/evil" javascript:evil(1) onevil=1 `
/** Where it is short, or held to a form. */
const SHORT = `" onevil=1 '><evil-tag onevil=1> onevil=1 `

let api: TestApiWithApple
let ann: Visitor

const must = async (method: 'PUT' | 'POST', url: string, body?: unknown, headers?: Record<string, string>) => {
  const answer = await api.call(method, url, body, headers)
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`)
  return answer
}

beforeAll(async () => {
  const build = { version: SHORT, preReleaseVersion: SHORT, groups: ['g-1'] }
  const groups = [
    { id: 'g-1', name: EVIL, testers: [{ email: 'stranger@example.com', firstName: EVIL, lastName: EVIL }] },
    { id: 'g-2', name: 'Second' },
  ]
  const app = { id: '1', bundleId: 'com.acme.app', name: EVIL, groups, builds: [build] }
  const another = { id: '2', bundleId: SHORT, name: EVIL, groups: [{ id: 'g-3', name: EVIL }] }
  const users = await makeDashboard()
  api = await serveApiWithApple({ seed: { apps: [app, another] } }, { dashboard: users })
  await api.putTeamKey()
  await must('PUT', '/v1/rosters/gold', { teamKey: 'acme', app: { id: '1' }, group: { id: 'g-1' } })
  const tricky = { id: SHORT, email: `"<evil-tag/onevil=1>"@example.com` }
  for (const id of ['u-1', 'u-2', SHORT]) {
    const of = `/v1/rosters/gold/members/${encodeURIComponent(id)}`
    await must('PUT', of, { email: `${id.length}@example.com`, firstName: EVIL.slice(0, 200), lastName: SHORT })
  }
  await api.call('PUT', '/v1/rosters/gold/members', { members: [tricky, { id: 'u-3', firstName: SHORT }] })
  await must('POST', '/v1/tokens', { name: SHORT, scopes: ['events:write'] })
  await plantWhatAppleSaid()
  await plantWhatUpstreamSaid()
  ann = await visit(api.app, 'ann')
})
afterAll(() => api.close())

/** As workers record it. */
async function plantWhatAppleSaid() {
  const at = Date.now()
  const problem = { code: 'apple_refused', detail: EVIL, at } as const
  const { connection, store } = api
  await writeLaneStanding(connection, 'acme', { blocked: { ...problem, code: 'agreement_required' }, problem })
  const roster = (await store.rosters.update('gold', (current) => ({
    ...current,
    blocked: { ...problem, code: 'group_gone' },
    warnings: [{ code: 'evil', detail: EVIL, action: EVIL }],
  })))!
  await connection.set(laneKeys('acme').lease, 'me')
  await createLaneStore(connection, 'acme').recordOutcome('me', {
    roster,
    member: 'u-1',
    ref: api.deps.toRef('gold', 'u-1'),
    met: { fresh: 0, invite: 0 },
    version: 1,
    observed: { ...NOTHING_OBSERVED, converged: 1, problem },
    status: 'failed',
    entry: null,
    fact: null,
    ending: 'failed',
    testerIds: new Map(),
  })
  const reconciliations = store.lane('acme').reconciliations
  const asked = (await must('POST', '/v1/rosters/gold/reconciliations', { dryRun: true })).json()
  const record = (await reconciliations.find(asked.id))!
  const unmanaged = [{ testerId: SHORT, email: `${SHORT.trim()}@example.com` }]
  await reconciliations.replace(record, {
    ...record,
    status: 'held',
    held: 'roster',
    removals: [SHORT],
    unmanaged,
    problem,
    reason: EVIL,
  })
}

/** Payloads, a receiver's answers, an identity provider's names. */
async function plantWhatUpstreamSaid() {
  await must('PUT', '/v1/webhooks/crm', { url: 'https://hooks.example.com/x?%22%3E', types: ['*'], rosters: null })
  await must('POST', '/v1/webhooks/crm/test')
  const deliveries = 'fr:{wh:crm}:deliveries'
  for (const [id, json] of Object.entries(await api.connection.hgetall(deliveries))) {
    const attempts = [{ at: 1, status: 500, durationMs: 1, answer: EVIL }]
    await api.connection.hset(deliveries, id, JSON.stringify({ ...JSON.parse(json), attempts, status: 'failed' }))
  }
  await must('PUT', '/v1/notices/ops', {
    kind: 'slack',
    target: 'https://hooks.example.com/x',
    types: ['roster.held'],
    rosters: null,
  })
  await must('PUT', '/v1/sources/shop', {
    kind: 'stripe',
    secret: 'whsec_x',
    rosters: { [SHORT]: 'gold', '*': 'gold' },
  })
  const payload = JSON.stringify({
    id: SHORT,
    type: SHORT,
    object: 'event',
    created: 1,
    data: { object: { id: EVIL } },
  })
  await must('POST', '/v1/sources/shop/receive', payload, signStripe('whsec_x', payload, Date.now()))
  const idp = await connectScim(api)
  const user = await idp.addUser(SHORT, { name: { givenName: EVIL, familyName: SHORT }, displayName: EVIL })
  await idp.addGroup(EVIL, [user], { externalId: SHORT })
}

/** Every page that one gets to by links, from those that the navigation has. */
async function walk(): Promise<Map<string, string>> {
  const pages = new Map<string, string>()
  const open = ['/console', '/console/rosters/gold/members?q=evil', '/console/connect?teamKey=acme']
  for (let path = open.shift(); path !== undefined && pages.size < 150; path = open.shift()) {
    if (pages.has(path)) continue
    const { statusCode, headers, body } = await ann.get(path)
    pages.set(path, String(headers['content-type']).startsWith('text/html') ? body : '')
    expect([path, statusCode < 500]).toEqual([path, true])
    for (const [, href = ''] of body.matchAll(/ href="([^"]*)"/g)) {
      const link = href.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"')
      if (/^\/(console|lanes)(?=$|[/?])/.test(link)) open.push(link)
    }
  }
  return pages
}

/** Tags as a browser would read them, each with the names of its attributes. */
function tagsOf(page: string): { tag: string; attributes: string[]; links: string[] }[] {
  return [...page.matchAll(/<([a-z!/][^\s>/]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi)].map(([, tag = '', rest = '']) => ({
    tag: tag.toLowerCase(),
    attributes: rest.replaceAll(/"[^"]*"|'[^']*'/g, '').split(/[\s=/]+/),
    links: [...rest.matchAll(/\b(?:href|action|formaction|src)="([^"]*)"/gi)].map(([, link = '']) => link),
  }))
}

describe('names and texts that Apple, upstream or a person gave', () => {
  it('are text on every page of the console: no tag, no attribute and no link comes of them', async () => {
    const pages = await walk()
    const seen = [...pages].filter(([, body]) => body.includes('&lt;evil-tag'))
    for (const [path, body] of pages) {
      const tags = tagsOf(body)
      expect([path, tags.filter(({ tag }) => /evil|script/.test(tag)).map(({ tag }) => tag)]).toEqual([path, []])
      expect([path, tags.filter(({ attributes }) => attributes.includes('onevil'))]).toEqual([path, []])
      const links = tags.flatMap((tag) => tag.links)
      expect([path, links.filter((link) => !/^(?:\/(?!\/)|#|\?|data:,$|https:\/\/|mailto:)/.test(link))]).toEqual([
        path,
        [],
      ])
      expect([path, links.filter((link) => link.startsWith('/evil'))]).toEqual([path, []])
    }
    // Each kind of page has some of them.
    const kinds = [
      '/console/rosters/gold',
      '/members',
      '/member?',
      '/plans/',
      '/activity',
      '/sources/',
      '/scim',
      '/webhooks/',
      '/lanes',
    ]
    expect(kinds.filter((kind) => !seen.some(([path]) => path.includes(kind)))).toEqual([])
  })

  it('are text on the pages that answer a form', async () => {
    const forms: [string, Record<string, string>][] = [
      ['/console/connect', { teamKey: EVIL }],
      ['/console/rosters/gold/member', { id: SHORT, email: SHORT, firstName: EVIL }],
      ['/console/rosters/gold/upload', { text: `id,email\n${SHORT},${SHORT}\nu-9,${SHORT.replaceAll('"', '')}\n` }],
      ['/console/webhooks', { id: SHORT, url: EVIL, rosters: EVIL }],
      ['/console/notices', { id: SHORT, target: EVIL, kind: EVIL, rosters: EVIL }],
      ['/console/sources', { id: SHORT, kind: EVIL, secret: EVIL, rosters: EVIL, map: EVIL }],
      ['/console/rosters/gold/settings', { removalGuard: EVIL, priority: EVIL }],
      ['/login', { name: EVIL, password: EVIL, next: EVIL }],
    ]
    for (const [path, fields] of forms) {
      const { body } = await ann.post(path, fields)
      const tags = tagsOf(body)
      expect([
        path,
        tags.filter(({ tag, attributes }) => tag.includes('evil') || attributes.includes('onevil')),
      ]).toEqual([path, []])
    }
  })

  it('are data alone for Bull Board, and the browser guesses no other type', async () => {
    const { headers, body } = await ann.get('/dashboard/api/queues?activeQueue=lane-acme')
    expect(headers['content-type']).toContain('application/json')
    expect([headers['x-content-type-options'], body.includes('<evil')]).toEqual(['nosniff', false])
  })
})
