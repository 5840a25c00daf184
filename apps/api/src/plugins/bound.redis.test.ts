import { createDeliveries, createReconciliations } from '@flightroster/core/store'
import { makeTeamKey } from '@flightroster/core/testing'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
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

/** Everything of others is called so; nothing of it may come out, nothing of it may change. */
const SECRET = 'zqzqz'
const OWN = { roster: 'mine', teamKey: 'mine-key', webhook: 'mine-hook', member: 'u-1' }
const FOREIGN = [
  { lane: 'the same team key', roster: `${SECRET}-near`, teamKey: OWN.teamKey },
  { lane: 'another team key', roster: `${SECRET}-far`, teamKey: `${SECRET}-key` },
]

interface Names {
  roster: string
  teamKey: string
  webhook: string
  member: string
  reconciliation: string
  delivery: string
  token: string
  source: string
  scimUser: string
  scimGroup: string
  notice: string
}

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
let bearer: string
const planted = new Map<string, Names>()

beforeAll(async () => {
  api = await serveApi()
  await api.store.teamKeys.put(makeTeamKey({ id: `${SECRET}-key` }))
  const group = (roster: string) => ({ id: `g-${roster}`, name: `${roster} group` })
  await api.addRoster({ id: OWN.roster, teamKey: OWN.teamKey, group: group(OWN.roster) })
  await api.call('PUT', `/v1/rosters/${OWN.roster}/members/${OWN.member}`, { email: 'own@example.com' })
  for (const { roster, teamKey } of FOREIGN) {
    await api.addRoster({ id: roster, teamKey, group: group(roster) })
    const member = `${roster}-member`
    await api.call('PUT', `/v1/rosters/${roster}/members/${member}`, {
      email: 'secret@zqzqz.example.com',
      firstName: SECRET,
    })
    const reconciliation = (await api.call('POST', `/v1/rosters/${roster}/reconciliations`)).json().id
    const webhook = `${roster}-hook`
    await putHook(webhook, [roster])
    const delivery = (await api.call('POST', `/v1/webhooks/${webhook}/test`)).json().id
    const token = (await api.call('POST', '/v1/tokens', { name: `${roster}-token`, scopes: ['admin'] })).json().id
    const source = `${roster}-source`
    await putSource(source, roster)
    const scimUser = (
      await api.call('POST', '/scim/v2/Users', { userName: `${roster}-secret@zqzqz.example.com` })
    ).json()
    const people = { displayName: `${roster}-people`, members: [{ value: scimUser.id }] }
    const scimGroup = (await api.call('POST', '/scim/v2/Groups', people)).json().id
    const scim = { scimUser: scimUser.id, scimGroup }
    const notice = `${roster}-notice`
    await putNotice(notice, roster)
    planted.set(roster, { roster, teamKey, webhook, member, reconciliation, delivery, token, source, notice, ...scim })
  }
  await putHook(`${SECRET}-all`, null)
  await putHook(OWN.webhook, [OWN.roster])
  const made = await api.call('POST', '/v1/tokens', { name: 'mine', scopes: ['admin'], rosters: [OWN.roster] })
  bearer = `Bearer ${made.json().token}`
})
afterAll(() => api.close())

const putSource = async (id: string, roster: string) => {
  const body = { kind: 'stripe', secret: 'x', rosters: { '*': roster } }
  expect((await api.call('PUT', `/v1/sources/${id}`, body)).statusCode).toBe(201)
}
const putNotice = async (id: string, roster: string) => {
  const body = { kind: 'slack', target: 'https://hooks.example.com/x', types: ['*'], rosters: [roster] }
  expect((await api.call('PUT', `/v1/notices/${id}`, body)).statusCode).toBe(201)
}
const putHook = async (id: string, rosters: string[] | null) => {
  const body = { url: 'https://hooks.example.com/x', types: ['*'], rosters }
  expect((await api.call('PUT', `/v1/webhooks/${id}`, body)).statusCode).toBe(201)
}
const asBound = (method: Method, url: string, body?: unknown) => api.call(method, url, body, { authorization: bearer })

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
    let cursor: string | null = null
    for (let pages = 0; pages < 20; pages++) {
      const and = url.includes('?') ? '&' : '?'
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const answer = await asBound('GET', `${url}${and}limit=1${query}`)
      expect(answer.body).not.toContain(SECRET)
      if (answer.statusCode !== 200) return
      const { items, nextCursor } = answer.json() as { items: unknown[]; nextCursor: string | null }
      cursor = nextCursor
      if (cursor === null) return
      // A page that is short, and not the last, would tell of what was left out.
      expect(items).toHaveLength(1)
      expect(Buffer.from(cursor.slice(SEAL), 'base64url').toString()).not.toContain(SECRET)
    }
  })

  it('looks after the webhooks of its roster', async () => {
    const body = { url: 'https://hooks.example.com/y', types: ['member.*'], rosters: [OWN.roster] }
    const made = await asBound('PUT', '/v1/webhooks/second', body)
    expect([made.statusCode, made.json().secret]).toEqual([201, expect.stringMatching(/^whsec_/)])
    const listed = (await asBound('GET', '/v1/webhooks')).json().items
    expect(listed.map(({ id }: { id: string }) => id).sort()).toEqual([OWN.webhook, 'second'].sort())
    expect((await asBound('POST', '/v1/webhooks/second/test')).statusCode).toBe(202)
    expect((await asBound('POST', '/v1/webhooks/second/rotate-secret')).statusCode).toBe(200)
    expect((await asBound('GET', '/v1/webhooks/second/deliveries')).json().items).toHaveLength(1)
    expect((await asBound('DELETE', '/v1/webhooks/second')).statusCode).toBe(204)
  })

  it('looks after the notices of its roster, and of no other', async () => {
    const body = { kind: 'slack', target: 'https://hooks.example.com/y', types: ['*'], rosters: [OWN.roster] }
    expect((await asBound('PUT', '/v1/notices/own', body)).statusCode).toBe(201)
    const listed = (await asBound('GET', '/v1/notices')).json().items
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(['own'])
    expect((await asBound('PUT', '/v1/notices/own', { ...body, rosters: null })).statusCode).toBe(403)
    expect((await asBound('PUT', '/v1/notices/own', { ...body, rosters: [FOREIGN[0]?.roster] })).statusCode).toBe(404)
    expect((await asBound('POST', '/v1/notices/own/test')).statusCode).toBe(202)
    expect((await asBound('DELETE', '/v1/notices/own')).statusCode).toBe(204)
  })

  it('looks after the sources of its roster, which reach no further', async () => {
    const body = { kind: 'stripe', secret: 'x', rosters: { price_1: OWN.roster } }
    expect((await asBound('PUT', '/v1/sources/shop', body)).statusCode).toBe(201)
    const wide = { ...body, rosters: { price_1: OWN.roster, '*': FOREIGN[0]?.roster } }
    expect((await asBound('PUT', '/v1/sources/shop', wide)).statusCode).toBe(404)
    const listed = (await asBound('GET', '/v1/sources')).json().items
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(['shop'])
    // An expression can name any roster: for this source, those of others are not there.
    const map = `{"type": "member.joined", "data": {"roster": "${FOREIGN[0]?.roster}", "member": {"id": "u-9"}}}`
    const generic = { kind: 'generic', secret: 'x', signature: { header: 'x-sig' }, map }
    expect((await asBound('PUT', '/v1/sources/any', generic)).statusCode).toBe(201)
    const payload = '{"a":1}'
    const answer = await api.call('POST', '/v1/sources/any/receive', payload, {
      'x-sig': createHmac('sha256', 'x').update(payload).digest('hex'),
    })
    expect(answer.json()).toEqual({ accepted: 0, ignored: 1 })
    expect((await asBound('DELETE', '/v1/sources/any')).statusCode).toBe(204)
    expect((await asBound('DELETE', '/v1/sources/shop')).statusCode).toBe(204)
  })

  it.each([
    ['webhooks', { url: 'https://hooks.example.com/y', types: ['*'], rosters: [OWN.roster] }],
    ['notices', { kind: 'slack', target: 'https://hooks.example.com/y', types: ['*'], rosters: [OWN.roster] }],
    ['sources', { kind: 'stripe', secret: 'x', rosters: { price_1: OWN.roster } }],
  ])('has at most 50 %s, however many it asks for at once, and others are not counted', async (kind, body) => {
    const put = async (id: string) => (await asBound('PUT', `/v1/${kind}/${id}`, body)).statusCode
    const ids = Array.from({ length: 60 }, (_, at) => `many-${at}`)
    const count = async () => (await asBound('GET', `/v1/${kind}?limit=1000`)).json().items.length as number
    await Promise.all(ids.map(put))
    for (const id of ids) if ((await put(id)) === 409) break
    expect(await count()).toBe(50)
    const more = await asBound('PUT', `/v1/${kind}/one-more`, body)
    expect([more.statusCode, more.json().code]).toEqual([409, 'limit_reached'])
    const listed = (await asBound('GET', `/v1/${kind}?limit=1000`)).json().items as { id: string }[]
    const [mine = ''] = listed.map(({ id }) => id).filter((id) => id.startsWith('many-'))
    expect(await put(mine)).toBe(200)
    expect((await api.call('PUT', `/v1/${kind}/of-admin`, body)).statusCode).toBe(201)
    expect((await asBound('DELETE', `/v1/${kind}/of-admin`)).statusCode).toBe(kind === 'sources' ? 404 : 204)
    for (const id of ids) await asBound('DELETE', `/v1/${kind}/${id}`)
    expect(await put('one-more')).toBe(201)
    expect((await asBound('DELETE', `/v1/${kind}/one-more`)).statusCode).toBe(204)
  })

  it('is told of no webhook for all rosters, and makes none', async () => {
    expect((await asBound('GET', `/v1/webhooks/${SECRET}-all`)).statusCode).toBe(404)
    const wide = { url: 'https://hooks.example.com/y', types: ['*'] }
    expect((await asBound('PUT', '/v1/webhooks/wide', wide)).statusCode).toBe(403)
    const mixed = { ...wide, rosters: [OWN.roster, FOREIGN[0]?.roster] }
    expect((await asBound('PUT', '/v1/webhooks/wide', mixed)).statusCode).toBe(404)
    expect((await api.call('GET', '/v1/webhooks/wide')).statusCode).toBe(404)
  })

  it('sees of a webhook that was for more rosters only what is about its own', async () => {
    const fact = (roster: string) => ({ type: 'roster.recovered' as const, roster, sequence: 1, problem: null, at: 1 })
    const add = (id: string, about: ReturnType<typeof fact>) => ({
      v: 1 as const,
      id,
      fact: about,
      subject: id,
      status: 'pending' as const,
      attempts: [],
      tries: 0,
      firstTryAt: null,
      createdAt: 1,
    })
    const foreign = FOREIGN[0]?.roster as string
    await createDeliveries(api.connection, OWN.webhook).add(
      [add('d-foreign', fact(foreign)), add('d-own', fact(OWN.roster))],
      Date.now(),
      Date.now(),
    )
    const { items } = (await asBound('GET', `/v1/webhooks/${OWN.webhook}/deliveries`)).json()
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['d-own'])
    const replay = (id: string) => asBound('POST', `/v1/webhooks/${OWN.webhook}/deliveries/${id}/replay`)
    expect([(await replay('d-foreign')).statusCode, (await replay('d-own')).statusCode]).toEqual([404, 202])
  })

  it('can neither make a roster, nor give its own another team key or group', async () => {
    const body = { teamKey: OWN.teamKey, app: { id: '1' }, group: { id: 'g-new' } }
    const made = await api.call('POST', '/v1/tokens', { name: 'x', scopes: ['admin'], rosters: ['fresh', OWN.roster] })
    const call = (roster: string, changes: object) =>
      api.call(
        'PUT',
        `/v1/rosters/${roster}`,
        { ...body, ...changes },
        { authorization: `Bearer ${made.json().token}` },
      )
    expect((await call('fresh', {})).statusCode).toBe(403)
    for (const teamKey of [`${SECRET}-key`, 'none-key']) {
      const moved = await call(OWN.roster, { teamKey })
      expect([moved.statusCode, moved.json().code]).toEqual([403, 'scope_missing'])
    }
    expect((await call(OWN.roster, {})).json().code).toBe('roster_bound')
    const { app, group } = (await api.store.rosters.find(OWN.roster)) ?? {}
    const own = { app: { id: app?.id }, group: { id: group?.id } }
    for (const seats of [{ reserve: 1 }, { priority: 1 }]) {
      const taken = await call(OWN.roster, { ...own, seats })
      expect([taken.statusCode, taken.json().code]).toEqual([403, 'scope_missing'])
    }
  })

  it("can't have another's event taken for one that was there", async () => {
    const event = (roster: string) => ({
      specversion: '1.0',
      id: 'evt-1',
      source: '/members',
      type: 'member.joined',
      data: { roster, member: { id: 'victim', email: 'victim@example.com' } },
    })
    const post = (roster: string, headers: Record<string, string> = {}) =>
      api.call('POST', '/v1/events', [event(roster)], headers)
    expect((await post(OWN.roster, { authorization: bearer })).json().accepted).toBe(1)
    const near = FOREIGN[0]?.roster as string
    expect((await post(near)).json()).toMatchObject({ accepted: 1, duplicate: 0 })
    expect((await post(near)).json()).toMatchObject({ accepted: 0, duplicate: 1 })
    expect((await createReconciliations(api.connection, OWN.teamKey).list(near, 1)).items).toHaveLength(1)
  })
})
