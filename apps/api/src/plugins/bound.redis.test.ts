import { eventually } from '@flightroster/core/testing'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  FOREIGN,
  OWN,
  SECRET,
  startBoundWorld,
  type BoundWorld,
  type Method,
  type Names,
} from '../../testing/bound-world.ts'
import type { TestApi } from '../../testing/serve.ts'

interface Operation {
  parameters?: { name: string }[]
  security?: unknown[]
  requestBody?: unknown
}
const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}
const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([, operation]) => operation.security?.length !== 0)
    .map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase() as Method,
      path,
      hasBody: operation.requestBody !== undefined,
    })),
)

/** Characters of the seal before what a cursor says. */
const SEAL = 12

/** A body that a route takes, naming these. A route that is new and takes a body needs a line here. */
const BODIES: Record<string, ((names: Names) => unknown) | undefined> = {
  'POST /v1/events': (names) => ({ type: 'member.left', data: { roster: names.roster, member: { id: names.member } } }),
  'PUT /v1/team-keys/{teamKeyId}': () => ({ issuerId: 'i', keyId: 'K', privateKey: 'x' }),
  'PUT /v1/rosters/{rosterId}': (names) => ({
    teamKey: names.teamKey,
    app: { id: '1' },
    group: { id: `g-${names.roster}` },
  }),
  'PUT /v1/rosters/{rosterId}/members': (names) => ({ members: [{ id: names.member, email: 'a@example.com' }] }),
  'PUT /v1/rosters/{rosterId}/members/{memberId}': () => ({ email: 'a@example.com' }),
  'POST /v1/rosters/{rosterId}/members/{memberId}/link': () => ({ days: 1 }),
  'POST /v1/rosters/{rosterId}/reconciliations': () => ({ dryRun: true }),
  'POST /v1/rosters/{rosterId}/idle/reclaim': () => ({ dryRun: true }),
  'POST /v1/rosters/{rosterId}/reconciliations/{reconciliationId}/approve': () => ({}),
  'POST /v1/rosters/{rosterId}/reconciliations/{reconciliationId}/reject': () => ({}),
  'POST /v1/tokens': (names) => ({ name: 'x', scopes: ['admin'], rosters: [names.roster] }),
  'PUT /v1/webhooks/{webhookId}': (names) => ({
    url: 'https://hooks.example.com/x',
    types: ['*'],
    rosters: [names.roster],
  }),
  'PUT /v1/notices/{noticeId}': (names) => ({
    kind: 'slack',
    target: 'https://hooks.example.com/x',
    types: ['*'],
    rosters: [names.roster],
  }),
  'PUT /v1/sources/{sourceId}': (names) => ({ kind: 'stripe', secret: 'x', rosters: { '*': names.roster } }),
  'POST /v1/sources/{sourceId}/try': (names) => ({
    id: 'evt_1',
    created: 1,
    type: 'customer.subscription.updated',
    data: { object: { id: 'sub_1', customer: names.member, status: 'active', plan: 'p' } },
  }),
  'POST /scim/v2/Users': (names) => ({ userName: 'own@example.com', externalId: names.scimUser }),
  'PUT /scim/v2/Users/{scimUserId}': () => ({ userName: 'own@example.com' }),
  'PATCH /scim/v2/Users/{scimUserId}': () => ({ Operations: [{ op: 'replace', path: 'active', value: false }] }),
  'POST /scim/v2/Groups': (names) => ({ displayName: 'own', members: [{ value: names.scimUser }] }),
  'PUT /scim/v2/Groups/{scimGroupId}': (names) => ({ displayName: 'own', members: [{ value: names.scimUser }] }),
  'PATCH /scim/v2/Groups/{scimGroupId}': (names) => ({
    Operations: [{ op: 'add', path: 'members', value: [{ value: names.scimUser }] }],
  }),
}
const QUERIES: Record<string, string | undefined> = {
  'GET /v1/people': '?email=secret@zqzqz.example.com',
  'DELETE /v1/people': '?email=secret@zqzqz.example.com',
}
/** All that a bound token reaches without a roster in the path; whoever adds a line says why it reveals nothing. */
const OPEN_TO_BOUND =
  /^(POST \/v1\/events|GET \/v1\/rosters|[A-Z]+ \/v1\/(webhooks|notices|sources).*|[A-Z]+ \/scim\/v2\/.*)$/

let api: TestApi
let planted: BoundWorld['planted']
let asBound: BoundWorld['asBound']

beforeAll(async () => {
  ;({ api, planted, asBound } = await startBoundWorld())
})
afterAll(() => api.close())

const NOWHERE: Names = {
  roster: 'nowhere',
  teamKey: 'nowhere-key',
  webhook: 'nowhere-hook',
  member: 'nowhere-member',
  reconciliation: 'nowhere-plan',
  delivery: 'nowhere-delivery',
  token: 'nowhere-token',
  source: 'nowhere-source',
  scimUser: 'nowhere-user',
  scimGroup: 'nowhere-group',
  notice: 'nowhere-notice',
}

function urlOf({ name, path }: { name: string; path: string }, names: Names): string {
  const values: Record<string, string> = {
    rosterId: names.roster,
    teamKeyId: names.teamKey,
    webhookId: names.webhook,
    memberId: names.member,
    reconciliationId: names.reconciliation,
    deliveryId: names.delivery,
    tokenId: names.token,
    sourceId: names.source,
    noticeId: names.notice,
    appId: '1',
    registrationId: 'none',
    erasureId: 'none',
    scimUserId: names.scimUser,
    scimGroupId: names.scimGroup,
    scimName: 'User',
  }
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, param: string) => {
    const value = values[param]
    if (value === undefined) throw new Error(`${path} has a parameter of which this test knows nothing: ${param}`)
    return encodeURIComponent(value)
  })
  return filled + (QUERIES[name] ?? '')
}

/** Everything that is kept of others. What counts requests and uses of tokens changes by the asking alone. */
async function dumpOthers(): Promise<string> {
  const redis = api.connection
  const lines: string[] = []
  for (const key of (await redis.keys('*')).sort()) {
    if (/token-uses|:turns:|:audit/.test(key)) continue
    const type = await redis.type(key)
    const parts =
      type === 'hash'
        ? Object.entries(await redis.hgetall(key)).map(([field, value]) => `${field}=${value}`)
        : type === 'zset'
          ? await redis.zrange(key, '0', '-1')
          : type === 'set'
            ? await redis.smembers(key)
            : []
    // A member of the token's own roster may be called as another's is.
    const others = key.includes(`:roster:${OWN.roster}:`) ? [] : parts.filter((part) => !isOwn(part))
    for (const part of others) if (`${key}${part}`.includes(SECRET)) lines.push(`${key} ${part}`)
  }
  return lines.sort().join('\n')
}

const isOwn = (part: string) =>
  part.startsWith(`${OWN.roster}\0`) ||
  part.includes(`"r":"${OWN.roster}"`) ||
  part.includes(`"roster":"${OWN.roster}"`)

/** What a request said itself may be said back to it. */
function withoutOwnWords(text: string, names: Names): string {
  const own = new Set<string>(Object.values(OWN))
  const words = Object.values(names).filter((word) => !own.has(word))
  return words.reduce((rest, word) => rest.replaceAll(word, '·').replaceAll(encodeURIComponent(word), '·'), text)
}

const normal = (text: string, names: Names) =>
  withoutOwnWords(text, names).replaceAll(/"requestId":"[^"]*"|[0-9a-f-]{36}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')

/** What the store is asked while a request is answered; a script by its digest. */
async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  const asked = vi.spyOn(api.connection, 'sendCommand')
  await work()
  const commands = asked.mock.calls.map(([{ name, args }]) =>
    name.startsWith('eval') ? `${name} ${String(args[0])}` : name,
  )
  asked.mockRestore()
  return commands
}

describe('a token bound to one roster', () => {
  it.each(routes.filter(({ hasBody }) => hasBody))('is tried with a body at $name', ({ name }) => {
    expect(BODIES[name], `${name} takes a body: give this test one that names what belongs to others`).toBeDefined()
  })

  describe.each(FOREIGN)('and what is under $lane', ({ roster }) => {
    it.each(routes)('learns and changes nothing of it at $name', async (route) => {
      const names = planted.get(roster) as Names
      const own: Names = { ...NOWHERE, ...OWN }
      const before = await dumpOthers()
      // Each name by itself among the token's own, and all at once.
      const mixes: Names[] = [names, ...Object.entries(names).map(([kind, word]) => ({ ...own, [kind]: word }))]
      for (const mix of mixes) {
        const [url, body] = [urlOf(route, mix), BODIES[route.name]?.(mix)]
        const said = url + JSON.stringify(body)
        // What the token does to its own roster is no question here.
        if (mix !== names && !Object.values(names).some((word) => said.includes(word))) continue
        const answer = await asBound(route.method, url, body)
        expect(answer.statusCode).toBeLessThan(500)
        expect(normal(answer.body, mix)).not.toContain(SECRET)
        expect(JSON.stringify(answer.headers)).not.toContain(SECRET)
      }
      expect(await dumpOthers()).toBe(before)
      const [foreign, absent] = [
        await asBound(route.method, urlOf(route, names), BODIES[route.name]?.(names)),
        await asBound(route.method, urlOf(route, NOWHERE), BODIES[route.name]?.(NOWHERE)),
      ]
      expect([foreign.statusCode, normal(foreign.body, names)]).toEqual([
        absent.statusCode,
        normal(absent.body, NOWHERE),
      ])
    })

    it.each(routes)(
      'asks the store the same for it as for what there is not, so that the time tells nothing either, at $name',
      async (route) => {
        const names = planted.get(roster) as Names
        const askedFor = (mix: Names) =>
          commandsOf(() => asBound(route.method, urlOf(route, mix), BODIES[route.name]?.(mix)))
        // What the process asks for itself may come between.
        await eventually(async () => expect(await askedFor(names)).toEqual(await askedFor(NOWHERE)))
      },
    )
  })

  it.each(routes.filter(({ path, name }) => !path.includes('{rosterId}') && !OPEN_TO_BOUND.test(name)))(
    'has no business at $name',
    async (route) => {
      const own = { ...NOWHERE, roster: OWN.roster, teamKey: OWN.teamKey }
      const answer = await asBound(route.method, urlOf(route, own), BODIES[route.name]?.(own))
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'scope_missing'])
    },
  )

  const lists = routes.filter(({ path, method }) => {
    const parameters = document.paths[path]?.[method.toLowerCase()]?.parameters ?? []
    return parameters.some(({ name }) => name === 'cursor')
  })
  it.each(lists)('goes through $name one at a time, and no page and no cursor knows of others', async (route) => {
    expect(lists.length).toBeGreaterThan(10)
    const own = { ...NOWHERE, ...OWN }
    const url = urlOf(route, own)
    // The tests above put people on the token's own roster who are called as another's.
    const called = url.includes(`/rosters/${OWN.roster}/`) ? FOREIGN.map(({ roster }) => `${roster}-member`) : []
    const read = (text: string) => called.reduce((rest, word) => rest.replaceAll(word, '·'), text)
    let cursor: string | null = null
    for (let pages = 0; pages < 20; pages++) {
      const and = url.includes('?') ? '&' : '?'
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const answer = await asBound('GET', `${url}${and}limit=1${query}`)
      expect(read(answer.body)).not.toContain(SECRET)
      if (answer.statusCode !== 200) return
      const { items, nextCursor } = answer.json() as { items: unknown[]; nextCursor: string | null }
      cursor = nextCursor
      if (cursor === null) return
      // A page that is short, and not the last, would tell of what was left out.
      expect(items).toHaveLength(1)
      expect(read(Buffer.from(cursor.slice(SEAL), 'base64url').toString())).not.toContain(SECRET)
    }
  })
})
