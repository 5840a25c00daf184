import { signStripe } from '@flightroster/core/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { recorded, SECRET, sourceCalls } from '../../../testing/source-calls.ts'

let api: TestApi
const { put, putStripe, post, member, received } = sourceCalls(() => api)
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  for (const id of ['gold', 'silver', 'bronze']) await api.addRoster({ id, group: { id: `group-${id}`, name: id } })
})

describe('PUT /v1/sources/{sourceId}', () => {
  it('makes a source and tells the address to paste there; the secret is never shown', async () => {
    const made = await putStripe()
    expect([made.statusCode, made.json().url]).toEqual([
      201,
      'https://flightroster.example.com/v1/sources/shop/receive',
    ])
    const again = await putStripe()
    const list = await api.call('GET', '/v1/sources')
    const one = await api.call('GET', '/v1/sources/shop')
    expect([again.statusCode, one.json(), list.json().items]).toEqual([200, again.json(), [again.json()]])
    const kept = JSON.stringify(await api.connection.hgetall('fr:sources'))
    for (const text of [made.body, again.body, list.body, kept, api.logged.join('')]) expect(text).not.toContain(SECRET)
  })

  it.each([
    [{ kind: 'stripe', rosters: {} }, 422, 'secret_missing'],
    [{ kind: 'paypal', secret: 'x' }, 400, 'request_invalid'],
    [{ kind: 'stripe', secret: 'x', roster: {} }, 400, 'request_invalid'],
    [{ kind: 'stripe', secret: 'x', map: '$' }, 400, 'request_invalid'],
    [{ kind: 'generic', secret: 'x', map: '$' }, 400, 'request_invalid'],
    [{ kind: 'generic', secret: 'x', map: '{"a":', signature: { header: 'x-sig' } }, 422, 'map_invalid'],
    [{ kind: 'stripe', secret: 'x', rosters: { a: 'no such/id' } }, 400, 'request_invalid'],
  ])('refuses %j', async (body, status, code) => {
    const answer = await put('shop', body)
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
  })

  it('needs PUBLIC_URL, or there is no address to paste', async () => {
    api.deps.publicUrl = undefined
    const answer = await putStripe()
    api.deps.publicUrl = 'https://flightroster.example.com'
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'public_url_missing'])
  })

  it('keeps the former secret good for a day after a change', async () => {
    await putStripe()
    await putStripe({ price_1Abc: 'gold' }, 'the-new-one')
    const text = JSON.stringify(recorded('stripe', 'customer.subscription.updated'))
    const now = api.deps.clock.now()
    expect((await post('shop', text, signStripe('the-new-one', text, now))).statusCode).toBe(200)
    expect((await post('shop', text, signStripe(SECRET, text, now))).statusCode).toBe(200)
    await put('shop', { kind: 'stripe', rosters: {} })
    expect((await post('shop', text, signStripe('the-new-one', text, now))).statusCode).toBe(200)
  })

  it('is for administrators; a bound one reaches its own rosters only', async () => {
    const token = async (scopes: string[], rosters: string[] | null) =>
      (await api.call('POST', '/v1/tokens', { name: 't', scopes, rosters })).json().token as string
    const as = async (text: string, method: 'PUT' | 'GET' | 'DELETE', url: string, body?: unknown) =>
      (await api.call(method, url, body, { authorization: `Bearer ${text}` })).statusCode
    const reader = await token(['rosters:read', 'rosters:write'], null)
    expect(await as(reader, 'GET', '/v1/sources')).toBe(403)
    await putStripe()
    expect(await as(reader, 'PUT', '/v1/sources/x', { kind: 'stripe', secret: 'x' })).toBe(403)
  })
})

describe('POST /v1/sources/{sourceId}/try', () => {
  it('says what a payload would do, and records nothing', async () => {
    await putStripe()
    const answer = await api.call('POST', '/v1/sources/shop/try', recorded('stripe', 'customer.subscription.updated'))
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      {
        events: [
          {
            type: 'member.joined',
            data: { roster: 'gold', member: { id: 'cus_Ann' } },
          },
        ],
        ignored: [],
      },
    ])
    const ignored = await api.call('POST', '/v1/sources/shop/try', recorded('stripe', 'invoice.paid'))
    expect(ignored.json()).toMatchObject({ events: [], ignored: [{ reason: expect.stringContaining('invoice.paid') }] })
    expect([await member('gold', 'cus_Ann'), await received()]).toEqual([null, []])
    expect((await api.call('POST', '/v1/sources/shop/try', '{"a":1}')).json().code).toBe('payload_not_understood')
  })
})

describe('DELETE /v1/sources/{sourceId} and erasures', () => {
  it('forget what was told; the members stay until they are erased', async () => {
    await putStripe()
    await post('shop', recorded('stripe', 'customer.created'))
    await post('shop', recorded('stripe', 'customer.subscription.updated'))
    await api.call('DELETE', '/v1/people?email=Ann%40example.com')
    expect(JSON.stringify(await api.connection.hgetall('fr:{src:shop}:people'))).not.toContain('ann@')
    expect((await api.call('DELETE', '/v1/sources/shop')).statusCode).toBe(204)
    expect((await post('shop', recorded('stripe', 'customer.created'))).statusCode).toBe(404)
    expect(await api.connection.keys('fr:{src:shop}:people')).toEqual([])
  })
})

describe('what one person or one payload may be', () => {
  const subscription = (id: string, status: string, items: string[] = ['price_1Abc']) => ({
    ...recorded('stripe', 'customer.subscription.created'),
    id: `evt-${id}`,
    created: Math.floor(api.deps.clock.now() / 1_000),
    type: 'customer.subscription.updated',
    data: {
      object: { id, customer: 'cus_many', status, items: { data: items.map((price) => ({ price: { id: price } })) } },
    },
  })
  const kept = async () => JSON.parse((await api.connection.hget('fr:{src:shop}:people', 'cus_many')) ?? '{}')

  it('is fifty memberships, of which the oldest that ended are forgotten, and 16 KB', async () => {
    await putStripe()
    expect((await post('shop', subscription('sub-first', 'active'))).json().accepted).toBe(1)
    for (let count = 0; count < 60; count++) {
      expect((await post('shop', subscription(`sub-${count}`, 'canceled'))).statusCode).toBe(200)
    }
    const { memberships } = await kept()
    expect([Object.keys(memberships).length, memberships['sub-first'].plans]).toEqual([50, [['price_1Abc']]])
    const plans = Array.from({ length: 5_000 }, (_, at) => `price_${at}`)
    const answer = await post('shop', subscription('sub-wide', 'active', plans))
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'payload_not_understood'])
    expect(JSON.stringify(await kept()).length).toBeLessThan(16 * 1024)
  })

  it('is answered in brief when it is tried, however many plans lead nowhere', async () => {
    await putStripe({ price_1Abc: 'gold' })
    const plans = Array.from({ length: 700 }, (_, at) => `price_${at}`)
    const answer = await api.call('POST', '/v1/sources/shop/try', subscription('sub-1', 'active', plans))
    expect([answer.statusCode, answer.json().ignored?.length]).toEqual([200, 100])
  })
})
