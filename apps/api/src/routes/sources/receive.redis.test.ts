import { signStripe } from '@flightroster/core/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { recorded, SECRET, sourceCalls } from '../../../testing/source-calls.ts'

let api: TestApi
const { putStripe, post, member, received } = sourceCalls(() => api)
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  for (const id of ['gold', 'silver', 'bronze']) await api.addRoster({ id, group: { id: `group-${id}`, name: id } })
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

  it.each(['1e306', '-1e306', '9e15', '-1'])(
    'a time of %s is none, and leaves nothing that erasures stumble over',
    async (created) => {
      await putStripe()
      const payload = recorded('stripe', 'customer.subscription.updated')
      const text = JSON.stringify({ ...payload, created: 0 }).replace('"created":0', `"created":${created}`)
      const refused = await post('shop', text)
      expect([refused.statusCode, refused.json().code]).toEqual([422, 'payload_not_understood'])
      expect((await post('shop', payload)).json()).toEqual({ accepted: 1, ignored: 0 })
      expect((await api.call('DELETE', '/v1/people?email=ann@example.com')).statusCode).toBe(202)
    },
  )

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
  })
})

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

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
