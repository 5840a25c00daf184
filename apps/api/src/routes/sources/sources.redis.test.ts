import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { signGhost, signPatreon, signStripe } from '@flightroster/core/testing'
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

const PAYLOADS = resolve(import.meta.dirname, '../../../../../packages/core/src/sources')
const SECRET = 'whsec_of_the_sender'

let api: TestApi
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  for (const id of ['gold', 'silver', 'bronze']) await api.addRoster({ id, group: { id: `group-${id}`, name: id } })
})

const recorded = (kind: string, name: string) =>
  JSON.parse(readFileSync(`${PAYLOADS}/${kind}/payloads/${name}.json`, 'utf8')) as Record<string, any>

const put = (id: string, body: Record<string, unknown>) => api.call('PUT', `/v1/sources/${id}`, body)
const putStripe = (rosters: Record<string, string> = { price_1Abc: 'gold', '*': 'bronze' }, secret = SECRET) =>
  put('shop', { kind: 'stripe', secret, rosters })

/** As the sender posts: no token, raw body, signed. */
async function post(id: string, payload: unknown, headers?: Record<string, string>) {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return api.app.inject({
    method: 'POST',
    url: `/v1/sources/${id}/receive`,
    payload: text,
    headers: { 'content-type': 'application/json', ...(headers ?? signStripe(SECRET, text, api.deps.clock.now())) },
  })
}
const member = async (roster: string, id: string) => {
  const answer = await api.call('GET', `/v1/rosters/${roster}/members/${id}`)
  return answer.statusCode === 200 ? answer.json() : null
}
const received = async (id = 'shop') => (await api.call('GET', `/v1/sources/${id}/received`)).json().items

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

describe('POST /v1/sources/{sourceId}/receive', () => {
  it('leads from a subscription and an address, in either order, to the roster, and out again', async () => {
    await putStripe()
    const begun = await post('shop', recorded('stripe', 'customer.subscription.updated'))
    expect([begun.statusCode, begun.json()]).toEqual([200, { accepted: 1, ignored: 0 }])
    expect(await member('gold', 'cus_Ann')).toMatchObject({
      email: null,
      desired: 'present',
      problem: { code: 'address_missing' },
    })
    await post('shop', recorded('stripe', 'customer.created'))
    expect(await member('gold', 'cus_Ann')).toMatchObject({
      email: 'ann@example.com',
      firstName: 'Ann',
      lastName: 'Lee',
    })
    const ended = await post('shop', recorded('stripe', 'customer.subscription.deleted'))
    expect(ended.json()).toEqual({ accepted: 1, ignored: 0 })
    expect(await member('gold', 'cus_Ann')).toMatchObject({ desired: 'absent' })
    expect(
      (await received()).map((entry: { id: string; status: string; events: number }) => [
        entry.id,
        entry.status,
        entry.events,
      ]),
    ).toEqual([
      ['evt_6', 'accepted', 1],
      ['evt_1', 'accepted', 1],
      ['evt_3', 'accepted', 1],
    ])
  })

  it('keeps an address that comes first', async () => {
    await putStripe()
    expect((await post('shop', recorded('stripe', 'checkout.session.completed'))).statusCode).toBe(200)
    expect(await member('gold', 'cus_Ann')).toBeNull()
    await post('shop', recorded('stripe', 'customer.subscription.updated'))
    expect(await member('gold', 'cus_Ann')).toMatchObject({ email: 'ann@example.com' })
  })

  it('repeats and events about something else have no effect, and say so', async () => {
    await putStripe()
    await post('shop', recorded('stripe', 'customer.subscription.updated'))
    const before = await member('gold', 'cus_Ann')
    const again = await post('shop', recorded('stripe', 'customer.subscription.updated'))
    const other = await post('shop', recorded('stripe', 'invoice.paid'))
    expect([again.json(), other.json()]).toEqual([
      { accepted: 0, ignored: 1 },
      { accepted: 0, ignored: 1 },
    ])
    expect(await member('gold', 'cus_Ann')).toEqual(before)
    expect((await received()).map(({ status }: { status: string }) => status)).toEqual([
      'ignored',
      'duplicate',
      'accepted',
    ])
  })

  it.each([
    ['unsigned', {}],
    ['signed with another secret', 'other'],
    ['signed ten minutes ago', 'late'],
  ])('refuses what is %s', async (_, how) => {
    await putStripe()
    const text = JSON.stringify(recorded('stripe', 'customer.subscription.updated'))
    const now = api.deps.clock.now()
    const headers =
      how === 'other' ? signStripe('other', text, now) : how === 'late' ? signStripe(SECRET, text, now - 600_000) : {}
    const answer = await post('shop', text, headers)
    expect([answer.statusCode, answer.json().code, await member('gold', 'cus_Ann')]).toEqual([
      401,
      'signature_invalid',
      null,
    ])
    expect((await received())[0]).toMatchObject({ status: 'refused', events: 0 })
  })

  it.each(['', '{', '[]', 'null', '{"id":"evt_1"}', '['.repeat(100_000), '\u0000'])(
    'says that it does not understand the signed body %.20j',
    async (text) => {
      await putStripe()
      const answer = await post('shop', text)
      expect([answer.statusCode, answer.json().code]).toEqual([422, 'payload_not_understood'])
    },
  )

  it('refuses more than 1 MB with 413, and an unknown source with 404', async () => {
    await putStripe()
    expect((await post('shop', ' '.repeat(1024 * 1024 + 1))).statusCode).toBe(413)
    expect((await post('none', '{}')).statusCode).toBe(404)
    expect((await api.call('GET', '/v1/sources/none/received')).statusCode).toBe(404)
  })

  it('takes a roster that is not there for a reason to say so, and puts the person on it with the next payload', async () => {
    await putStripe({ price_1Abc: 'platinum' })
    const answer = await post('shop', recorded('stripe', 'customer.subscription.updated'))
    expect([answer.statusCode, answer.json(), (await received())[0].reason]).toEqual([
      200,
      { accepted: 0, ignored: 1 },
      'There is no roster "platinum".',
    ])
    await api.addRoster({ id: 'platinum', group: { id: 'group-platinum', name: 'platinum' } })
    await post('shop', recorded('stripe', 'customer.created'))
    expect(await member('platinum', 'cus_Ann')).toMatchObject({ desired: 'present', email: 'ann@example.com' })
  })

  it('goes on where a death left off: a repeat records what was not recorded', async () => {
    await putStripe()
    const died = vi.spyOn(api.store, 'recordChanges').mockRejectedValue(new Error('died'))
    const failed = await post('shop', recorded('stripe', 'customer.subscription.updated'))
    died.mockRestore()
    expect(failed.statusCode).toBeGreaterThanOrEqual(500)
    expect((await post('shop', recorded('stripe', 'customer.subscription.updated'))).json().accepted).toBe(1)
    expect(await member('gold', 'cus_Ann')).toMatchObject({ desired: 'present' })
  })

  it('moves a person whose plan changed, and lets a deleted customer leave', async () => {
    await putStripe({ price_1Abc: 'gold', price_2: 'silver' })
    await post('shop', recorded('stripe', 'customer.created'))
    await post('shop', recorded('stripe', 'customer.subscription.updated'))
    const changed = recorded('stripe', 'customer.subscription.updated')
    changed['id'] = 'evt_99'
    changed['created'] += 60
    changed['data'].object.items.data[0].price.id = 'price_2'
    expect((await post('shop', changed)).json()).toEqual({ accepted: 2, ignored: 0 })
    expect([(await member('gold', 'cus_Ann')).desired, (await member('silver', 'cus_Ann')).desired]).toEqual([
      'absent',
      'present',
    ])
    await post('shop', recorded('stripe', 'customer.deleted'))
    expect((await member('silver', 'cus_Ann')).desired).toBe('absent')
  })

  it('leaves an address that the member gave elsewhere, until the sender has a new one', async () => {
    await putStripe()
    await post('shop', recorded('stripe', 'customer.created'))
    await post('shop', recorded('stripe', 'customer.subscription.updated'))
    await api.call('PUT', '/v1/rosters/gold/members/cus_Ann', { email: 'ann@icloud.example' })
    const send = (name: string, id: string, change: (object: any) => void, created: number) => {
      const payload = recorded('stripe', name)
      payload['id'] = id
      payload['created'] = created
      change(payload['data'].object)
      return post('shop', payload)
    }
    const later = 1_764_100_000
    await send(
      'customer.updated',
      'evt_n',
      (customer) => Object.assign(customer, { email: 'ann@example.com', name: 'Ann B' }),
      later,
    )
    expect(await member('gold', 'cus_Ann')).toMatchObject({ email: 'ann@icloud.example', lastName: 'B' })
    await send('customer.subscription.updated', 'evt_o', (subscription) => (subscription.status = 'unpaid'), later + 1)
    expect((await member('gold', 'cus_Ann')).desired).toBe('absent')
    await send('customer.subscription.updated', 'evt_p', () => {}, later + 2)
    expect(await member('gold', 'cus_Ann')).toMatchObject({ desired: 'present', email: 'ann@icloud.example' })
    await send('customer.updated', 'evt_q', (customer) => (customer.email = 'ann@new.example'), later + 3)
    expect((await member('gold', 'cus_Ann')).email).toBe('ann@new.example')
  })

  it('takes 1,000 payloads shuffled, repeated, forged and broken: every person ends right, nothing forged counts', async () => {
    await putStripe()
    const random = seeded(20_261_129)
    const people = Array.from({ length: 120 }, (_, at) => ({ id: `cus_${at}`, ends: random() < 0.4 }))
    const genuine = people.flatMap(({ id, ends }, at) => {
      const of = (name: string, extra: string) => {
        const payload = recorded('stripe', name)
        payload['id'] = `evt_${at}_${extra}`
        const { object } = payload['data']
        if (object.customer) Object.assign(object, { customer: id, id: `sub_${at}` })
        else Object.assign(object, { id, email: `${id}@example.com` })
        return payload
      }
      return [
        of('customer.created', 'a'),
        of('customer.subscription.created', 'b'),
        of('customer.subscription.updated', 'c'),
        ...(ends ? [of('customer.subscription.deleted', 'd')] : []),
      ]
    })
    const sent: (() => Promise<unknown>)[] = [...genuine, ...genuine.slice(0, 300)].map(
      (payload) => () => post('shop', payload),
    )
    for (let at = sent.length; at < 1_000; at++) {
      const forged = JSON.stringify({ ...recorded('stripe', 'customer.subscription.updated'), id: `evt_forged_${at}` })
      const broken = forged.slice(0, -Math.ceil(random() * 50))
      sent.push(() =>
        at % 2 === 0 ? post('shop', forged, signStripe('forged', forged, Date.now())) : post('shop', broken),
      )
    }
    const order = sent.map((send) => ({ send, at: random() })).sort((a, b) => a.at - b.at)
    for (let at = 0; at < order.length; at += 8) await Promise.all(order.slice(at, at + 8).map(({ send }) => send()))
    const { items } = (await api.call('GET', '/v1/rosters/gold/members?limit=1000')).json<{ items: any[] }>()
    const ended = Object.fromEntries(items.map(({ id, desired, email }) => [id, [desired, email]]))
    const expected = people.map(({ id, ends }) => [id, ends ? 'absent' : 'present'])
    expect(expected.filter(([id, desired]) => (ended[id!]?.[0] ?? 'absent') !== desired)).toEqual([])
    expect(items.filter(({ id }) => !people.some((person) => person.id === id))).toEqual([])
    const present = items.filter(({ desired }) => desired === 'present')
    expect(present.filter(({ id, email }) => email !== `${id}@example.com`)).toEqual([])
  }, 120_000)
})

describe('other senders', () => {
  it('Patreon: tiers decide, the same body within ten minutes is a repeat', async () => {
    await put('patrons', { kind: 'patreon', secret: SECRET, rosters: { '77': 'silver' } })
    const send = (name: string, event: string) => {
      const text = JSON.stringify(recorded('patreon', name))
      return post('patrons', text, { ...signPatreon(SECRET, text), 'x-patreon-event': event })
    }
    const id = recorded('patreon', 'members.create')['data'].id as string
    await send('members.create', 'members:create')
    expect(await member('silver', id)).toBeNull()
    expect((await send('members.pledge.create', 'members:pledge:create')).json()).toEqual({ accepted: 1, ignored: 0 })
    expect((await send('members.pledge.create', 'members:pledge:create')).json()).toEqual({ accepted: 0, ignored: 1 })
    expect(await member('silver', id)).toMatchObject({ desired: 'present', email: 'ann@example.com' })
    await send('members.delete', 'members:delete')
    expect(await member('silver', id)).toMatchObject({ desired: 'absent' })
  })

  it('Ghost: by tiers, a deletion by what was before', async () => {
    await put('blog', { kind: 'ghost', secret: SECRET, rosters: { tier_77: 'gold', free: 'bronze' } })
    const send = (name: string) => {
      const text = JSON.stringify(recorded('ghost', name))
      return post('blog', text, signGhost(SECRET, text, api.deps.clock.now()))
    }
    const id = recorded('ghost', 'member.added')['member'].current.id as string
    await send('member.added')
    expect(await member('bronze', id)).toMatchObject({ desired: 'present' })
    expect((await send('member.edited')).json()).toEqual({ accepted: 2, ignored: 0 })
    expect([(await member('bronze', id)).desired, (await member('gold', id)).desired]).toEqual(['absent', 'present'])
    await send('member.deleted')
    expect((await member('gold', id)).desired).toBe('absent')
  })

  it('generic: an expression makes events, which name rosters by key or by id', async () => {
    await put('crm', {
      kind: 'generic',
      secret: SECRET,
      rosters: { 'plan-a': 'gold' },
      signature: { header: 'X-Signature', algorithm: 'sha1', encoding: 'base64', prefix: 'sha1=' },
      map: 'people.{"type": active ? "member.joined" : "member.left", "data": {"roster": plan, "member": {"id": id, "email": mail}}}',
    })
    const send = (payload: unknown) => {
      const text = JSON.stringify(payload)
      return post('crm', text, { 'x-signature': `sha1=${createHmac('sha1', SECRET).update(text).digest('base64')}` })
    }
    const answer = await send({
      people: [
        { id: 'u-1', plan: 'plan-a', mail: 'u1@example.com', active: true },
        { id: 'u-2', plan: 'silver', mail: 'u2@example.com', active: true },
        { id: 'u-3', plan: 'nowhere', mail: 'u3@example.com', active: true },
        { id: 'u-4', plan: 'silver', mail: 'not an address', active: true },
      ],
    })
    expect([answer.statusCode, answer.json()]).toEqual([200, { accepted: 2, ignored: 2 }])
    expect([(await member('gold', 'u-1')).email, (await member('silver', 'u-2')).email]).toEqual([
      'u1@example.com',
      'u2@example.com',
    ])
    expect((await send({ people: 7 })).statusCode).toBe(422)
    expect((await send({ nobody: true })).json()).toEqual({ accepted: 0, ignored: 1 })
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

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

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

it('as many signed payloads of a source are taken in a minute as requests of a token; what is not signed counts for nobody', async () => {
  const few = await serveApi({ rateLimitPerMinute: 3 })
  try {
    await few.addRoster()
    await few.call('PUT', '/v1/sources/shop', { kind: 'stripe', secret: SECRET, rosters: { '*': 'gold' } })
    const send = (secret: string) => {
      const text = JSON.stringify(recorded('stripe', 'customer.created'))
      const headers = { 'content-type': 'application/json', ...signStripe(secret, text, few.deps.clock.now()) }
      return few.app.inject({ method: 'POST', url: '/v1/sources/shop/receive', payload: text, headers })
    }
    for (let count = 0; count < 10; count++) expect((await send('another')).statusCode).toBe(401)
    for (let count = 0; count < 3; count++) expect((await send(SECRET)).statusCode).toBe(200)
    const over = await send(SECRET)
    expect([over.statusCode, Number(over.headers['retry-after']) > 0]).toEqual([429, true])
  } finally {
    await few.close()
  }
})
