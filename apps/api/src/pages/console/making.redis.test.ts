import { putTeamKey } from '@flightroster/core/usecases/team-keys'
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../testing/apple.ts'
import { filled, type Fields } from '../../../testing/filled-form.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'
import { assertNew } from '../making.ts'

let api: TestApiWithApple
let ann: Visitor
let carl: Visitor

beforeAll(async () => {
  const groups = [
    { id: 'team', name: 'Team', isInternalGroup: true },
    ...['gold', 'silver', 'bronze'].map((id) => ({ id, name: id })),
  ]
  const dashboard = await makeDashboard()
  const [operator] = dashboard.users
  if (operator === undefined) throw new Error('There is no operator')
  const users = [...dashboard.users, { ...operator, name: 'carl' }]
  const seed = { apps: [{ id: '1', bundleId: 'com.acme.app', groups }] }
  api = await serveApiWithApple({ seed }, { dashboard: { ...dashboard, users } })
  await api.putTeamKey()
  await api.call('PUT', '/v1/rosters/gold', { teamKey: 'acme', app: { id: '1' }, group: { id: 'gold' } })
  ann = await visit(api.app, 'ann')
  carl = await visit(api.app, 'carl')
})
afterAll(() => api.close())

const WEBHOOKS = '/console/webhooks'
const CONNECT = '/console/connect/acme/roster'
const connectForm = async (visitor: Visitor, group: string) =>
  filled((await visitor.get(`/console/connect/acme/rules?app=1&group=${group}&name=Brand+new`)).body, CONNECT)

interface Kind {
  what: string
  action: string
  form: (visitor: Visitor, whose: 'first' | 'second') => Promise<Fields>
  /** What stands of the one that was made, as the API shows it. */
  read: () => Promise<unknown>
}

const field = async (visitor: Visitor, page: string, action = page) => filled((await visitor.get(page)).body, action)
const api200 = async (path: string) => (await api.call('GET', path)).json()

const KINDS: Kind[] = [
  {
    what: 'webhook',
    action: WEBHOOKS,
    form: async (visitor, whose) => ({
      ...(await field(visitor, WEBHOOKS)),
      id: 'twin',
      url: `https://${whose}.example.com/x`,
    }),
    read: async () => (await api200('/v1/webhooks/twin')).url,
  },
  {
    what: 'notice',
    action: '/console/notices',
    form: async (visitor, whose) => ({
      ...(await field(visitor, '/console/notices')),
      id: 'twin',
      kind: 'email',
      target: `${whose}@example.com`,
    }),
    read: async () => (await api200('/v1/notices/twin')).target,
  },
  {
    what: 'source',
    action: '/console/sources',
    form: async (visitor, whose) => ({
      ...(await field(visitor, '/console/sources')),
      id: 'twin',
      kind: 'stripe',
      secret: 'whsec_x',
      rosters: `price_${whose} = gold`,
    }),
    read: async () => (await api200('/v1/sources/twin')).rosters,
  },
  {
    what: 'roster',
    action: CONNECT,
    form: async (visitor, whose) => ({
      ...(await connectForm(visitor, whose === 'first' ? 'silver' : 'bronze')),
      roster: 'twin',
    }),
    read: async () => (await api200('/v1/rosters/twin')).group,
  },
  {
    what: 'person',
    action: '/console/rosters/gold/people',
    form: async (visitor, whose) => ({
      ...(await field(visitor, '/console/rosters/gold', '/console/rosters/gold/people')),
      id: 'twin',
      email: `${whose}@example.com`,
    }),
    read: async () => (await api200('/v1/rosters/gold/members/twin')).email,
  },
]

describe.each(KINDS)('two who make a $what of one id', ({ what, action, form, read }) => {
  it('do not overwrite each other: the second is told who is there, and what was typed is kept', async () => {
    const [first, second] = [await form(ann, 'first'), await form(carl, 'second')]
    expect((await ann.post(action, first)).statusCode).toBeLessThan(400)
    const stands = await read()
    expect(stands).toBeTruthy()

    const refused = await carl.post(action, second)
    expect(refused.statusCode).toBe(409)
    expect(refused.body.replace(/\s+/g, ' ')).toContain(`There is a ${what} “twin” already, so nothing was saved.`)
    expect(await read()).toEqual(stands)
    const { once, secret: _never, ...typed } = second
    expect(filled(refused.body, action)).toMatchObject(typed)
    if (what !== 'person') expect(filled(refused.body, action)['once']).not.toBe(once)
  })
})

it('one id that two give to two people at once belongs to one of them, and of two who correct a person at once one is told', async () => {
  const action = '/console/rosters/gold/people'
  const add = async (whose: string, visitor: Visitor, id: string) =>
    visitor.post(action, {
      ...(await field(visitor, '/console/rosters/gold', action)),
      id,
      email: `${whose}@example.com`,
    })
  const change = async (visitor: Visitor, id: string) => {
    const page = `/console/rosters/gold/member?id=${id}`
    return [visitor, filled((await visitor.get(page)).body, '/console/rosters/gold/member/change')] as const
  }
  for (let round = 0; round < 10; round++) {
    const id = `at-once-${round}`
    const added = await Promise.all([add('first', ann, id), add('second', carl, id)])
    expect(added.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([303, 409])
    const forms = [await change(ann, id), await change(carl, id)]
    const changed = await Promise.all(
      forms.map(([visitor, fields], at) =>
        visitor.post('/console/rosters/gold/member/change', { ...fields, firstName: `Name ${at}` }),
      ),
    )
    expect(changed.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([303, 409])
  }
})

it('one key name that two give to two keys at once belongs to one of them', async () => {
  const key = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const input = { id: 'other', issuerId: '57246542-96fe-1a63-e053-0824d011072a' }
  const put = (keyId: string) =>
    putTeamKey(api.deps, { ...input, keyId, privateKey: String(key()), assertSeen: assertNew })
  const outcomes = await Promise.allSettled([put('AAAAAAAAAA'), put('BBBBBBBBBB')])
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

describe('a button that is pressed twice', () => {
  it('makes one webhook, and the answer that the browser shows has its secret', async () => {
    const fields = { ...(await field(ann, WEBHOOKS)), id: 'double', url: 'https://double.example.com/x' }
    const answers = await Promise.all([ann.post(WEBHOOKS, fields), ann.post(WEBHOOKS, fields)])
    const later = await ann.post(WEBHOOKS, fields)
    const secrets = [...answers, later].map(({ body }) => /whsec_[\w+/=]+/.exec(body)?.[0])
    expect(secrets[0]).toMatch(/^whsec_[\w+/]{43}=$/)
    expect(new Set(secrets).size).toBe(1)
    // Of another form it is another one, and nobody else's form shows it.
    expect((await carl.post(WEBHOOKS, fields)).statusCode).toBe(409)
    const next = { ...(await field(ann, WEBHOOKS)), id: 'next', url: 'https://double.example.com/x' }
    expect((await ann.post(WEBHOOKS, next)).body).not.toContain(secrets[0])
    // Once it was changed, the form is one like any other.
    await ann.post(`${WEBHOOKS}/double/rotate-secret`)
    expect((await ann.post(WEBHOOKS, fields)).statusCode).toBe(409)
  })

  it('makes one token; a form that is sent again does not bring back one that was deleted', async () => {
    const page = '/console/rosters/gold/connected'
    const action = '/console/rosters/gold/token'
    const tokens = async () =>
      (await api200('/v1/tokens')).items.filter(({ name }: { name: string }) => name === 'console-gold')
    const fields = await field(ann, page, action)
    const answers = await Promise.all([ann.post(action, fields), ann.post(action, fields)])
    const shown = answers.map(({ body }) => /frt_[\w-]{43}/.exec(body)?.[0])
    expect(shown[0]).toBeDefined()
    expect(shown[1]).toBe(shown[0])
    const [made, ...more] = await tokens()
    expect(more).toEqual([])
    await api.call('DELETE', `/v1/tokens/${made.id}`)
    const again = await ann.post(action, fields)
    expect([again.statusCode, again.body.includes('frt_')]).toEqual([409, false])
    expect(await tokens()).toEqual([])
  })

  it('leads to what the first press made, and makes nothing twice at Apple', async () => {
    const notice = {
      ...(await field(ann, '/console/notices')),
      id: 'double',
      kind: 'email',
      target: 'o@example.com',
    }
    const roster = { ...(await connectForm(ann, 'new')), roster: 'double' }
    for (const [action, fields, to] of [
      ['/console/notices', notice, '/console/notices/double?done=put'],
      [CONNECT, roster, '/console/rosters/double/connected'],
    ] as const) {
      const answers = await Promise.all([ann.post(action, fields), ann.post(action, fields)])
      expect(answers.map(({ headers }) => headers.location)).toEqual([to, to])
    }
    const groups = (await api200('/v1/team-keys/acme/apps/1/groups')).items
    expect(groups.filter(({ name }: { name: string }) => name === 'Brand new')).toHaveLength(1)
  })
})
